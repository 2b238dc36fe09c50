import { Readable } from 'node:stream';
import type { MessagePort } from 'node:worker_threads';
import { ownsMemory } from './chunk-memory.ts';
import { errorFromWire, errorToWire, type WireError } from './threads/index.ts';

/** What the reading end says: that it wants one more. */
type Request = 'more';
/** A chunk, the end, or why there is none. */
type Answer = Uint8Array | null | { error: WireError };

/**
 * Serves `source` to whoever calls `receiveStream` with the other port, chunk by chunk as they are asked for. A chunk
 * that owns its memory moves and is not copied, so the source must not use it again. The source is destroyed when
 * either side closes its port.
 */
export function sendStream(source: Readable, port: MessagePort): void {
  const chunks = source[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  // The iterator tells of it at the next request; until then nobody else listens.
  source.on('error', () => undefined);
  const answer = async (): Promise<void> => {
    try {
      const { done, value } = await chunks.next();
      if (done === true) port.postMessage(null satisfies Answer);
      else port.postMessage(value satisfies Answer, ownsMemory(value) ? [value.buffer] : []);
    } catch (error) {
      port.postMessage({ error: errorToWire(error) } satisfies Answer);
    }
  };
  port.on('message', (_request: Request) => void answer());
  port.once('close', () => source.destroy());
}

/** The stream that `sendStream` serves; its errors come as `errorFromWire` makes them. Closes the port at its end. */
export function receiveStream(port: MessagePort): Readable {
  const stream = new Readable({
    read: () => port.postMessage('more' satisfies Request),
    destroy: (error, done) => {
      port.close();
      done(error);
    },
  });
  port.on('message', (answer: Answer) => {
    if (answer === null) stream.push(null);
    else if (answer instanceof Uint8Array) stream.push(answer);
    else stream.destroy(errorFromWire(answer.error));
  });
  // The other thread may be gone before the end.
  port.once('close', () => stream.destroy());
  return stream;
}
