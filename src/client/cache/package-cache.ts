import { createHash, type Hash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { ArchiveSink } from '../registry/index.ts';
import { diskFault, errnoOf, Fault, isFault, makeFolders } from '../../kernel/light/index.ts';
import { checkManifest } from './check-manifest.ts';
import { Download } from './download.ts';
import { Layout, type Pinned } from './layout.ts';
import { placeFor, whereOther } from './place.ts';
import { ATTEMPTS, putAt } from './put-at.ts';
import { replaceFile } from './replace-file.ts';
import { Temporary } from './temporary.ts';
import {
  findDifference,
  isUntouched,
  readRecord,
  recordTree,
  sha256OfFile,
  type Origin,
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

/** Fetches an archive's bytes, and says where they came from. */
export type Fetch = (sink: ArchiveSink) => Promise<Origin>;

/** The packages on this machine. Nothing of it is used whose digest was not checked a moment before. */
export class PackageCache {
  readonly layout: Layout;
  readonly #temporary: Temporary;
  readonly #warn: (message: string) => void;
  /** Digests of what does not lie in its usual place. */
  readonly #others = new Set<string>();

  constructor({ home, warn = () => undefined }: CacheOptions) {
    this.layout = new Layout(home);
    this.#temporary = new Temporary(this.layout.temporary);
    this.#warn = warn;
  }

  /** Where an unpacked package is that was ensured. */
  folder(pinned: Pinned): string {
    const { checksum } = pinned;
    return folderIn(this.#others.has(checksum) ? this.layout.other(checksum) : this.layout, pinned);
  }

  /**
   * Brings a package into the cache, unpacked, whatever was there before. What is there already and right is left alone; what is damaged is
   * replaced, and what is another registry's as `placeFor` says. `fetch` is called if the archive is needed. Fault `digest_mismatch`, with
   * what was expected and what came, if its bytes are not those, or `storage_full`; nothing is stored then.
   */
  ensure(pinned: Pinned, fetch: Fetch): Promise<Arrival>;
  /** Undefined, and nothing is done, if another process is fetching it just now, and it `canWait`. */
  ensure(pinned: Pinned, fetch: Fetch, canWait: boolean): Promise<Arrival | undefined>;
  async ensure(pinned: Pinned, fetch: Fetch, canWait = false): Promise<Arrival | undefined> {
    try {
      return await this.#ensure(pinned, fetch, canWait);
    } catch (error) {
      // Nothing but Faults comes from the network.
      throw errnoOf(error) === undefined ? error : diskFault(error, this.layout.cache);
    }
  }

  async #ensure(pinned: Pinned, fetch: Fetch, canWait: boolean): Promise<Arrival | undefined> {
    const { layout } = await this.#find(pinned);
    const arrival = layout && (await this.#use(layout, pinned));
    if (arrival !== undefined) return arrival;
    if (canWait && (await this.#temporary.isElsewhere(`${PART}-${pinned.checksum}`))) return undefined;
    const { download, origin } = await this.#download(pinned, fetch);
    try {
      // Another process may have been quicker.
      const found = await this.#find(pinned);
      const used = found.layout && (await this.#use(found.layout, pinned, origin));
      if (used === undefined) await this.#keep(download.file, pinned, { origin, found: found.digest });
    } finally {
      await rm(download.file, { force: true });
    }
    return 'fetched';
  }

  /** Where the archive is, if it is here; and the digest of what lies in its usual place. */
  async #find(pinned: Pinned): Promise<{ layout: Layout | undefined; digest: string | undefined }> {
    const { name, version, checksum } = pinned;
    const digest = await digestOf(this.layout.archive(name, version));
    if (digest === checksum) return { layout: this.layout, digest };
    const other = this.layout.other(checksum);
    if ((await digestOf(other.archive(name, version))) !== checksum) return { layout: undefined, digest };
    this.#others.add(checksum);
    this.#warn(whereOther(this.layout, pinned));
    return { layout: other, digest };
  }

  /** Sees to it that an archive that is here is unpacked; undefined if somebody has removed it meanwhile. */
  async #use(
    layout: Layout,
    pinned: Pinned,
    origin = originIn(layout, pinned),
  ): Promise<Arrival | undefined> {
    if (await this.#isUnpacked(layout, pinned, this.#warn)) return 'there';
    const archive = layout.archive(pinned.name, pinned.version);
    try {
      await this.#unpack(layout, pinned, { archive, origin });
      return 'unpacked';
    } catch (error) {
      if (errnoOf(error) === 'ENOENT' && !existsSync(archive)) return undefined;
      throw error;
    }
  }

  /** Puts an archive that has come, and its files, where they belong; `found` is the digest of what lies in its usual place. */
  async #keep(
    file: string,
    pinned: Pinned,
    { origin, found }: { origin: Origin; found: string | undefined },
  ): Promise<void> {
    const place = placeFor(this.layout, pinned, { origin, found });
    if (place.warning !== undefined) this.#warn(place.warning);
    if (place.layout !== this.layout) this.#others.add(pinned.checksum);
    const to = place.layout.archive(pinned.name, pinned.version);
    await this.#unpack(place.layout, pinned, { archive: file, origin, to });
  }

  /** Removes what killed processes have left. */
  async sweep(): Promise<void> {
    await this.#temporary.sweep(PART);
  }

  async #download(
    { name, version, checksum }: Pinned,
    fetch: Fetch,
  ): Promise<{ download: Download; origin: Origin }> {
    const file = await this.#temporary.adopt(`${PART}-${checksum}`);
    const download = await Download.open(file);
    const resumed = download.size > 0;
    let origin: Origin;
    try {
      origin = await fetch(download);
      if (resumed && download.digest() !== checksum) {
        // What was left over may have been another server's.
        await download.restart();
        origin = await fetch(download);
      }
    } catch (error) {
      await download.close();
      // What has come is good for another time, unless it is what is wrong, or in the way.
      const useless = isFault(error, 'too_large') || isFault(error, 'storage_full');
      if (download.size === 0 || useless) await rm(file, { force: true });
      throw error;
    }
    try {
      await download.finish();
    } catch (error) {
      await rm(file, { force: true });
      throw error;
    }
    const got = download.digest();
    if (got === checksum) return { download, origin };
    await rm(file, { force: true });
    throw mismatch({ name, version, checksum }, got);
  }

  async #isUnpacked(layout: Layout, pinned: Pinned, warn: (message: string) => void): Promise<boolean> {
    const { name, version, checksum } = pinned;
    const file = layout.record(name, version);
    const record = readRecord(file);
    if (record?.archive !== checksum) return false;
    const folder = folderIn(layout, pinned);
    if (isUntouched(folder, record)) return true;
    const difference = await findDifference(folder, record);
    if (difference !== undefined) {
      warn(`The cached files of ${name}@${version} have changed (${difference}); unpacking them again.`);
      return false;
    }
    // Copied, or from before the system was started: it is the same, and known by its new times from now on.
    const files = record.files.map(([path, size, sha256]) => ({ path, size, sha256 }));
    const folders = record.folders.slice(1).map(([path]) => path);
    await this.#renew(file, recordTree(folder, record, { files, folders }));
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

  /**
   * Unpacks an archive to the side, checks its digest on the way, and puts the folder in its place. An archive that goes `to` its place does
   * so just before: one that cannot be unpacked is not kept, and whoever is killed in between leaves nothing that would have to be mended.
   */
  async #unpack(
    layout: Layout,
    pinned: Pinned,
    { archive, origin, to }: { archive: string; origin: Origin | undefined; to?: string },
  ): Promise<void> {
    const { unpack } = await import('../unpack/index.ts');
    const aside = await this.#temporary.path('tree');
    try {
      await makeFolders(join(aside, 'extracted'));
      const hash = createHash('sha256');
      const source = Readable.from(hashed(createReadStream(archive, { highWaterMark: PIECE }), hash));
      const unpacked = await unpack(source, join(aside, 'extracted'));
      const got = hash.digest('hex');
      if (got !== pinned.checksum) throw mismatch(pinned, got);
      await checkManifest(join(aside, 'extracted'), pinned);
      const record = recordTree(join(aside, 'extracted'), { archive: got, origin }, unpacked);
      await writeFile(join(aside, 'files.json'), JSON.stringify(record));
      if (to !== undefined) await putAt(archive, to);
      await this.#place(layout, aside, pinned);
    } catch (error) {
      throw error instanceof Fault && error.code.startsWith('archive_')
        ? new Fault(error.code, `${pinned.name}@${pinned.version} cannot be unpacked. ${error.message}`, {
            cause: error,
          })
        : error;
    } finally {
      await rm(aside, { recursive: true, force: true });
    }
  }

  async #place(layout: Layout, aside: string, pinned: Pinned): Promise<void> {
    const place = layout.unpacked(pinned.name, pinned.version);
    for (let attempt = 1; ; attempt++) {
      try {
        await putAt(aside, place);
        return;
      } catch (error) {
        const taken = ['ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(errnoOf(error) ?? '');
        if (!taken || attempt === ATTEMPTS) throw error;
      }
      // Another process may just have put the same there.
      if (await this.#isUnpacked(layout, pinned, () => undefined)) return;
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
const PIECE = 256 * 1024;

function folderIn(layout: Layout, { name, version }: Pinned): string {
  return join(layout.unpacked(name, version), 'extracted');
}

function originIn(layout: Layout, { name, version, checksum }: Pinned): Origin | undefined {
  const record = readRecord(layout.record(name, version));
  return record?.archive === checksum ? record.origin : undefined;
}

async function* hashed(pieces: AsyncIterable<unknown>, hash: Hash): AsyncGenerator<Buffer> {
  for await (const piece of pieces) {
    if (!Buffer.isBuffer(piece)) continue;
    hash.update(piece);
    yield piece;
  }
}

/** Of a file; undefined if there is nothing, `''` for what cannot be read. */
async function digestOf(file: string): Promise<string | undefined> {
  try {
    return (await stat(file)).isFile() ? await sha256OfFile(file) : '';
  } catch (error) {
    return ['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '') ? undefined : '';
  }
}

/** In the original's words: protocols/vais 4. */
function mismatch({ name, version, checksum }: Pinned, got: string): Fault {
  return new Fault(
    'digest_mismatch',
    `checksum mismatch for ${name}@${version}: expected ${checksum}, got ${got}`,
  );
}
