import { readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { RunningKontor } from './server.ts';
import { rawRequest } from './raw.ts';

/** All files of the blob store, unfinished uploads included, by path in it; not the marker of whose it is. */
export function storedFiles({ data }: Pick<RunningKontor, 'data'>): string[] {
  return readdirSync(join(data, 'blobs'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== '.store')
    .map((entry) => join(entry.parentPath, entry.name).slice(join(data, 'blobs').length + 1))
    .toSorted();
}

/** What a server process holds open that a request could have left: files of its blob store, and sockets (Linux). */
export function heldOpen({ pid, data }: Pick<RunningKontor, 'pid' | 'data'>): {
  files: string[];
  sockets: number;
} {
  const links = readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${fd}`)];
    } catch {
      // Closed meanwhile.
      return [];
    }
  });
  return {
    files: links.filter((link) => link.startsWith(join(data, 'blobs'))),
    sockets: links.filter((link) => link.startsWith('socket:')).length,
  };
}

/**
 * Status and code of a refusal. Throws unless it says in a sentence, as npm prints it, what was wrong, and nothing
 * of the inside of the server.
 */
export function refusalOf(answer: { status: number; body: string }): [status: number, code: unknown] {
  const { error, code } = JSON.parse(answer.body) as { error?: unknown; code?: unknown };
  if (typeof error !== 'string' || !/^[^\p{Cc}]{9,}$/u.test(error))
    throw new Error(`The refusal is no sentence: ${answer.body}`);
  if (/\/(?:tmp|home|blobs|node_modules|src)\/|\bat \w+ \(/.test(answer.body))
    throw new Error(`The refusal tells about the inside of the server: ${answer.body}`);
  return [answer.status, code];
}

/**
 * What a refused publish of `name` has added to the files of `before`: nothing, if it is as it should be, once unfinished
 * uploads are gone. A document or an answer that is no proper 404 counts too.
 */
export async function addedFor(server: RunningKontor, name: string, before: string[]): Promise<string[]> {
  const { status, body } = await rawRequest(server, { target: `/npm/${encodeURIComponent(name)}` });
  const refused = (status === 404 || (status === 400 && name.includes('\0'))) && body.includes('"error"');
  if (!refused) return [`${status} ${body}`];
  const deadline = Date.now() + 20_000;
  for (;;) {
    const added = storedFiles(server).filter((file) => !before.includes(file));
    if (added.length === 0 || Date.now() > deadline) return added;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
