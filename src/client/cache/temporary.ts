import { createHash, randomUUID } from 'node:crypto';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { errnoOf, makeFolders } from '../../kernel/light/index.ts';

/** Milliseconds after which what a process on another machine left is taken for left over. */
const LEFT = 24 * 3600 * 1000;
const host = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);

/**
 * What is being made and not whole yet. Its name, `<kind>-<host>-<pid>-<random>`, says whose it is, so that what a killed process left is
 * known and gone on with, or removed.
 */
export class Temporary {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** A new path that is nobody else's; `kind` is what it is for. The folder is there afterwards, the path is not. */
  async path(kind: string): Promise<string> {
    await makeFolders(this.folder);
    return join(this.folder, `${kind}-${host}-${process.pid}-${randomUUID()}`);
  }

  /** As `path`, but with what a process that is gone has left of the same kind, if there is any. */
  async adopt(kind: string): Promise<string> {
    const path = await this.path(kind);
    for (const name of await this.#names()) {
      if (!name.startsWith(`${kind}-`) || !(await this.#isLeft(name))) continue;
      // One process gets it.
      const got = await rename(join(this.folder, name), path).then(
        () => true,
        () => false,
      );
      if (got) break;
    }
    return path;
  }

  /** True if another process is at something of this kind. */
  async isElsewhere(kind: string): Promise<boolean> {
    for (const name of await this.#names()) {
      if (!name.startsWith(`${kind}-`) || name.startsWith(`${kind}-${host}-${process.pid}-`)) continue;
      if (!(await this.#isLeft(name))) return true;
    }
    return false;
  }

  /** Removes what processes that are gone have left; what is of the kind `keep` only when it is a day old. */
  async sweep(keep?: string): Promise<void> {
    for (const name of await this.#names()) {
      const kept = keep !== undefined && name.startsWith(`${keep}-`);
      if (await (kept ? this.#isOld(name) : this.#isLeft(name))) {
        await rm(join(this.folder, name), { recursive: true, force: true });
      }
    }
  }

  async #names(): Promise<string[]> {
    try {
      return await readdir(this.folder);
    } catch (error) {
      if (['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '')) return [];
      throw error;
    }
  }

  async #isLeft(name: string): Promise<boolean> {
    const [, on, pid] = /-([0-9a-f]{8})-(\d+)-[0-9a-f-]{36}$/.exec(name) ?? [];
    return (on === host && !isRunning(Number(pid))) || this.#isOld(name);
  }

  async #isOld(name: string): Promise<boolean> {
    const found = await stat(join(this.folder, name)).catch(() => undefined);
    return found !== undefined && Date.now() - found.mtimeMs > LEFT;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process.
    return errnoOf(error) === 'EPERM';
  }
}
