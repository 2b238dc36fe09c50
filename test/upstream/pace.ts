import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { altered, sendHead } from './answer.ts';
import type { Script } from './scripted-upstream.ts';

/** Begins to answer after so many milliseconds: late headers. */
export function after(ms: number, script: Script): Script {
  return (request, response) => {
    const timer = setTimeout(() => script(request, response), ms);
    response.once('close', () => clearTimeout(timer));
  };
}

/** Answers when `gate` has resolved: requests wait until the test has seen enough of them. */
export function when(gate: Promise<unknown>, script: Script): Script {
  return (request, response) => {
    void gate.then(() => script(request, response));
  };
}

/** Sends headers at once and the body in pieces of `bytes`, one every `every` milliseconds. */
export function dripping(script: Script, { bytes = 64, every = 20 } = {}): Script {
  return altered(script, (answer, _, response) => {
    sendHead(answer, response);
    void pieces(response, answer.body, bytes, () => sleep(every));
  });
}

/**
 * A line to the upstream: every answer begins `delay` milliseconds late, and all of them together get no more than
 * `bytesPerSecond`.
 */
export function line(script: Script, { delay = 50, bytesPerSecond = 20_000_000 } = {}): Script {
  /** Until when the line is taken by what is already on it, milliseconds. */
  let taken = 0;
  const piece = Math.min(65_536, Math.max(1, Math.ceil(bytesPerSecond / 100)));
  const slow = altered(script, (answer, _, response) => {
    sendHead(answer, response);
    void pieces(response, answer.body, piece, async (size) => {
      const now = performance.now();
      taken = Math.max(taken, now) + (size / bytesPerSecond) * 1000;
      if (taken > now) await sleep(taken - now);
    });
  });
  return delay > 0 ? after(delay, slow) : slow;
}

async function pieces(
  response: ServerResponse,
  body: Buffer,
  size: number,
  pause: (bytes: number) => Promise<unknown>,
): Promise<void> {
  for (let at = 0; at < body.length; at += size) {
    const chunk = body.subarray(at, at + size);
    await pause(chunk.length);
    if (response.destroyed) return;
    if (!response.write(chunk)) await room(response);
  }
  response.end();
}

/** Resolves when more can be written, or nobody reads any more. Leaves no listeners behind: a slow line waits often. */
function room(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.once('drain', done).once('close', done);
  });
}
