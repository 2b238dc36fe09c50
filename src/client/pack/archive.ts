import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { errnoOf, Fault } from '../../kernel/light/index.ts';
import { largest, type PackFile } from './collect.ts';
import { systemFault } from './system-fault.ts';
import { END_OF_TAR, tarHeader, tarPadding } from './tar.ts';

export interface WrittenArchive {
  /** Bytes. */
  size: number;
  /** SHA-256, bare lower-case hex. */
  checksum: string;
}

export interface ArchiveOptions {
  /** Contents that are not read from their files, by path. */
  given?: ReadonlyMap<string, Buffer>;
  signal?: AbortSignal | undefined;
  /** Bytes that it may have; else as many as the proxy of the seed lets through. */
  most?: number;
}

const MOST = 100 * 1024 ** 2;
/** Where gzip says on which system it was made (RFC 1952, 2.3.1), and «unknown» for it. */
const SYSTEM_AT = 9;
const UNKNOWN_SYSTEM = 0xff;
const PIECE = 64 * 1024;

/**
 * Writes files as `.tar.gz`: the same bytes for the same files and names, whoever packs where and when. A file is in memory in pieces. Fault
 * `bad_request` if one changes meanwhile, `archive_too_large` for an archive that no registry takes.
 */
export async function writeArchive(
  to: string,
  files: readonly PackFile[],
  { given = new Map(), signal, most = MOST }: ArchiveOptions = {},
): Promise<WrittenArchive> {
  const hash = createHash('sha256');
  let size = 0;
  async function* measured(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const piece of pieces) {
      if (size <= SYSTEM_AT && size + piece.length > SYSTEM_AT) piece[SYSTEM_AT - size] = UNKNOWN_SYSTEM;
      size += piece.length;
      if (size > most) throw tooLarge(files, most);
      hash.update(piece);
      yield piece;
    }
  }
  try {
    signal?.throwIfAborted();
    // A stream that opens its file by itself may do so after it was given up, when whoever waited has cleared away.
    await using handle = await open(to, 'wx');
    const target = handle.createWriteStream();
    await pipeline(tarOf(files, given), createGzip(), measured, target, signal ? { signal } : {});
  } catch (error) {
    throw systemFault('The archive cannot be written', error);
  }
  return { size, checksum: hash.digest('hex') };
}

async function* tarOf(
  files: readonly PackFile[],
  given: ReadonlyMap<string, Buffer>,
): AsyncGenerator<Buffer> {
  for (const file of files) {
    const content = given.get(file.path);
    const size = content?.length ?? file.size;
    yield tarHeader(file.path, { size, mode: file.isExecutable ? 0o755 : 0o644 });
    if (content === undefined) yield* unchanged(file);
    else yield content;
    yield tarPadding(size);
  }
  yield END_OF_TAR;
}

/** The bytes of a file, as many and as old as when it was looked at. */
async function* unchanged({ path, file, size, changed }: PackFile): AsyncGenerator<Buffer> {
  const differs = () =>
    new Fault('bad_request', `${path} changed while it was packed; pack again when nothing writes to it.`);
  const handle = await open(file, 'r').catch((cause: unknown) => {
    throw errnoOf(cause) === 'ENOENT' ? differs() : systemFault(`${path} cannot be read`, cause);
  });
  try {
    let read = 0;
    for (;;) {
      const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(PIECE), 0, PIECE);
      if (bytesRead === 0) break;
      read += bytesRead;
      if (read > size) throw differs();
      yield buffer.subarray(0, bytesRead);
    }
    const { mtimeNs } = await handle.stat({ bigint: true });
    if (read !== size || mtimeNs !== changed) throw differs();
  } finally {
    await handle.close();
  }
}

function tooLarge(files: readonly PackFile[], most: number): Fault {
  return new Fault(
    'archive_too_large',
    `The archive has more than ${most} bytes, which no registry takes. The largest files: ${largest(files)}.`,
  );
}
