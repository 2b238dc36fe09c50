import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import type { ArchiveSink } from '../registry/index.ts';
import { errnoOf, Fault, isFault } from '../../kernel/light/index.ts';
import { Download } from './download.ts';
import { Layout, type Pinned } from './layout.ts';
import { replaceFile } from './replace-file.ts';
import { Temporary } from './temporary.ts';
import {
  findDifference,
  isUntouched,
  readRecord,
  recordTree,
  sha256OfFile,
  type TreeRecord,
} from './tree-record.ts';

/** What became of a package on its way into the cache. */
export type Arrival = 'there' | 'unpacked' | 'fetched';

export interface CacheOptions {
  /** `~/.vais` */
  home: string;
  /** Told of what was damaged and is mended; a sentence. */
  warn?: (message: string) => void;
}

/** Fetches an archive's bytes. */
export type Fetch = (sink: ArchiveSink) => Promise<void>;

/** The packages on this machine. Nothing of it is used whose digest was not checked a moment before. */
export class PackageCache {
  readonly layout: Layout;
  readonly #temporary: Temporary;
  readonly #warn: (message: string) => void;

  constructor({ home, warn = () => undefined }: CacheOptions) {
    this.layout = new Layout(home);
    this.#temporary = new Temporary(this.layout.temporary);
    this.#warn = warn;
  }

  /** Where an unpacked package is. */
  folder({ name, version }: Pinned): string {
    return join(this.layout.unpacked(name, version), 'extracted');
  }

  /** True if the archive is here and is the one that is wanted. */
  async has({ name, version, checksum }: Pinned): Promise<boolean> {
    return (await digestOf(this.layout.archive(name, version))) === checksum;
  }

  /**
   * Brings a package into the cache, unpacked, whatever was there before. What is there already and right is left alone; what is damaged or
   * another registry's is replaced. `fetch` is called if the archive is needed. Fault `digest_mismatch`, with what was expected and what came,
   * if its bytes are not those; nothing is stored then.
   */
  async ensure(pinned: Pinned, fetch: Fetch): Promise<Arrival> {
    const { name, version, checksum } = pinned;
    const archive = this.layout.archive(name, version);
    const found = await digestOf(archive);
    if (found === checksum) {
      return (await this.#isUnpacked(pinned, this.#warn))
        ? 'there'
        : await this.#unpack(pinned, archive, 'unpacked');
    }
    if (found !== undefined) {
      this.#warn(
        `The cached archive of ${name}@${version} is damaged, or another registry's; it is not used.`,
      );
    }
    const download = await this.#download(pinned, fetch);
    try {
      // Unpacked first: an archive that cannot be is not kept.
      await this.#unpack(pinned, download.file, 'fetched');
      await mkdir(dirname(archive), { recursive: true });
      await rename(download.file, archive);
    } finally {
      await rm(download.file, { force: true });
    }
    return 'fetched';
  }

  /** Removes what killed processes have left. */
  async sweep(): Promise<void> {
    await this.#temporary.sweep(PART);
  }

  async #download({ name, version, checksum }: Pinned, fetch: Fetch): Promise<Download> {
    const file = await this.#temporary.adopt(`${PART}-${checksum}`);
    const download = await Download.open(file);
    const resumed = download.size > 0;
    try {
      await fetch(download);
      if (resumed && download.digest() !== checksum) {
        // What was left over may have been another server's.
        await download.restart();
        await fetch(download);
      }
    } catch (error) {
      await download.close();
      // What has come is good for another time, unless it is what is wrong.
      if (download.size === 0 || isFault(error, 'too_large')) await rm(file, { force: true });
      throw error;
    }
    await download.finish();
    const got = download.digest();
    if (got === checksum) return download;
    await rm(file, { force: true });
    throw mismatch({ name, version, checksum }, got);
  }

  async #isUnpacked(pinned: Pinned, warn: (message: string) => void): Promise<boolean> {
    const { name, version, checksum } = pinned;
    const file = join(this.layout.unpacked(name, version), 'files.json');
    const record = readRecord(file);
    if (record?.archive !== checksum) return false;
    const folder = this.folder(pinned);
    if (isUntouched(folder, record)) return true;
    const difference = await findDifference(folder, record);
    if (difference !== undefined) {
      warn(`The cached files of ${name}@${version} have changed (${difference}); unpacking them again.`);
      return false;
    }
    // Copied, or from before the system was started: it is the same, and known by its new times from now on.
    const files = record.files.map(([path, size, sha256]) => ({ path, size, sha256 }));
    const folders = record.folders.slice(1).map(([path]) => path);
    await this.#renew(file, recordTree(folder, checksum, { files, folders }));
    return true;
  }

  /** Where nothing can be written, it will be read the next time too. */
  async #renew(file: string, record: TreeRecord): Promise<void> {
    try {
      await replaceFile(file, await this.#temporary.path('record'), JSON.stringify(record));
    } catch (error) {
      if (errnoOf(error) === undefined) throw error;
    }
  }

  /** Unpacks an archive to the side, checks its digest on the way, and puts the folder in its place. */
  async #unpack(pinned: Pinned, archive: string, arrival: Arrival): Promise<Arrival> {
    const { unpack } = await import('../unpack/index.ts');
    const aside = await this.#temporary.path('tree');
    try {
      await mkdir(join(aside, 'extracted'), { recursive: true });
      const hash = createHash('sha256');
      const source = Readable.from(hashed(createReadStream(archive, { highWaterMark: PIECE }), hash));
      const unpacked = await unpack(source, join(aside, 'extracted'));
      const got = hash.digest('hex');
      if (got !== pinned.checksum) throw mismatch(pinned, got);
      const record = recordTree(join(aside, 'extracted'), got, unpacked);
      await writeFile(join(aside, 'files.json'), JSON.stringify(record));
      await this.#place(aside, pinned);
    } catch (error) {
      throw error instanceof Fault && error.code.startsWith('archive_')
        ? new Fault(error.code, `${pinned.name}@${pinned.version} cannot be unpacked. ${error.message}`, {
            cause: error,
          })
        : error;
    } finally {
      await rm(aside, { recursive: true, force: true });
    }
    return arrival;
  }

  async #place(aside: string, pinned: Pinned): Promise<void> {
    const place = this.layout.unpacked(pinned.name, pinned.version);
    await mkdir(dirname(place), { recursive: true });
    for (let attempt = 1; ; attempt++) {
      try {
        await rename(aside, place);
        return;
      } catch (error) {
        const taken = ['ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(errnoOf(error) ?? '');
        if (!taken || attempt === ATTEMPTS) throw error;
      }
      // Another process may just have put the same there.
      if (await this.#isUnpacked(pinned, () => undefined)) return;
      const old = await this.#temporary.path('old');
      await rename(place, old).catch((error: unknown) => {
        if (errnoOf(error) !== 'ENOENT') throw error;
      });
      await rm(old, { recursive: true, force: true });
    }
  }
}

/** Kind of the beginnings of archives, which are kept to be gone on with. */
const PART = 'part';
/** Processes that replace each other's trees come to an end: none needs longer than the other for its next step. */
const ATTEMPTS = 20;

const PIECE = 256 * 1024;

async function* hashed(pieces: AsyncIterable<unknown>, hash: Hash): AsyncGenerator<Buffer> {
  for await (const piece of pieces) {
    if (!Buffer.isBuffer(piece)) continue;
    hash.update(piece);
    yield piece;
  }
}

async function digestOf(file: string): Promise<string | undefined> {
  const found = await stat(file).catch(() => undefined);
  return found?.isFile() ? await sha256OfFile(file).catch(() => undefined) : undefined;
}

/** In the original's words: protocols/vais 4. */
function mismatch({ name, version, checksum }: Pinned, got: string): Fault {
  return new Fault(
    'digest_mismatch',
    `checksum mismatch for ${name}@${version}: expected ${checksum}, got ${got}`,
  );
}
