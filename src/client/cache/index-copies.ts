import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { diskFault, errnoOf, Fault, makeFolders, pathFault } from '../../kernel/light/index.ts';
import { PackageIndex, type RegistryClient } from '../registry/index.ts';
import { Layout } from './layout.ts';
import { replaceFile } from './replace-file.ts';

export interface IndexOptions {
  /** `~/.vais` */
  home: string;
  /** No request is made. */
  offline?: boolean | undefined;
  /** The index is fetched even if it has not changed. */
  fresh?: boolean | undefined;
  /** Told if the copy cannot be kept, which fails nothing; a sentence. */
  warn?: ((message: string) => void) | undefined;
}

/** What is known of a copy: beside it, in `<copy>.json`. */
interface About {
  base: string;
  etag: string | undefined;
  /** Of the copy that this is about, for the two files are not replaced as one. */
  sha256: string;
}

/**
 * The index of a registry. The copy in `~/.vais/registry/index` is what it is if the registry says that it has not changed, which is asked
 * each time; offline, it is taken as it is. A copy that somebody else put there, as users of the original do, serves offline too.
 */
export async function openIndex(client: RegistryClient, options: IndexOptions): Promise<PackageIndex> {
  const file = new Layout(options.home).indexCopy(client.base);
  const copy = await readCopy(file, client.base);
  if (options.offline === true) {
    if (copy === undefined) {
      throw new Fault('unavailable', 'No cached index available. Run without --offline first.');
    }
    return new PackageIndex(copy.bytes, file);
  }
  const answer = await client.index({
    fresh: options.fresh === true,
    etag: options.fresh === true ? undefined : copy?.etag,
  });
  if (answer === 'unchanged') {
    if (copy !== undefined) return new PackageIndex(copy.bytes, file);
    throw new Fault('unavailable', `${client.base}/index.json answered 304 to a first request; try again.`);
  }
  // Read before it is kept: garbage would stay for those who are offline.
  const index = new PackageIndex(answer.bytes, `${client.base}/index.json`);
  await writeCopy(file, client.base, answer).catch((error: unknown) => {
    if (errnoOf(error) === undefined) throw error;
    const { message } = diskFault(error, dirname(file));
    options.warn?.(
      `${message} The index is not kept: it is fetched again the next time, and is not there offline.`,
    );
  });
  return index;
}

/** All copies that can be read, whosever they are. */
export async function allIndexCopies(home: string): Promise<PackageIndex[]> {
  const folder = new Layout(home).index;
  const names = await readdir(folder).catch(() => []);
  const read = await Promise.all(
    names.filter(isCopy).map(async (name) => {
      try {
        return new PackageIndex(await readFile(join(folder, name)), name);
      } catch {
        return undefined;
      }
    }),
  );
  return read.filter((index) => index !== undefined);
}

async function readCopy(
  file: string,
  base: string,
): Promise<{ bytes: Buffer; etag: string | undefined } | undefined> {
  const bytes = await readFile(file).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw pathFault(error, file, 'cannot be read');
  });
  if (bytes === undefined) return undefined;
  const about = await readAbout(`${file}.json`);
  if (about === undefined || about.sha256 !== sha256(bytes)) return { bytes, etag: undefined };
  // Of the same host by another protocol.
  return about.base === base ? { bytes, etag: about.etag } : undefined;
}

async function writeCopy(
  file: string,
  base: string,
  { bytes, etag }: { bytes: Buffer; etag: string | undefined },
): Promise<void> {
  await makeFolders(join(file, '..'));
  await replaceFile(file, `${file}.${randomUUID()}${ASIDE}`, bytes);
  const about: About = { base, etag, sha256: sha256(bytes) };
  await replaceFile(`${file}.json`, `${file}.${randomUUID()}${ASIDE}`, JSON.stringify(about));
}

async function readAbout(file: string): Promise<About | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(file, 'utf8'));
    if (typeof value !== 'object' || value === null) return undefined;
    const { base, etag, sha256: of } = value as Record<string, unknown>;
    if (typeof base !== 'string' || typeof of !== 'string') return undefined;
    return { base, sha256: of, etag: typeof etag === 'string' ? etag : undefined };
  } catch {
    return undefined;
  }
}

const ASIDE = '.part';

function isCopy(name: string): boolean {
  return !name.endsWith('.json') && !name.endsWith(ASIDE);
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
