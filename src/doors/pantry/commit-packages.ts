import { readPreviewArchive, rewriteApart, type PreviewArchive } from '../../formats/npm/index.ts';
import { Fault, inTurns, isFault } from '../../kernel/index.ts';
import type { Blobs, PreviewPackage, StagedBlob } from '../../registry/index.ts';
import type { SentPackage } from './commit-body/index.ts';

/** Archives that are open at once: one thread reads them all. */
const AT_ONCE = 4;
/** Archives that one request has compressed at once, so that others come in between. */
const REWRITTEN_AT_ONCE = 2;
/** Bytes of all package.json of a request; each has a few KiB. */
const MOST_PACKAGE_JSON = 16 * 1024 ** 2;
/** Bytes of all unpacked archives that a request has rewritten: compressing takes a second for some ten megabytes of them. */
const MOST_REWRITTEN = 1024 ** 3;

export interface OpenedPackage {
  sent: SentPackage;
  archive: PreviewArchive;
}

/**
 * Opens every archive. Faults as `readPreviewArchive`, with the name of the package before the sentence, and `too_large` if all
 * package.json together are.
 */
export function openPackages(packages: SentPackage[]): Promise<OpenedPackage[]> {
  const add = budget('package.json', MOST_PACKAGE_JSON);
  return inTurns(packages, AT_ONCE, async (sent) => {
    const archive = await about(sent.name, () => readPreviewArchive(sent.staged.open(), sent.name));
    add(archive.packageJsonSize);
    return { sent, archive };
  });
}

export interface RewritingOptions {
  blobs: Pick<Blobs, 'stage'>;
  /** Gets what is rewritten, for whoever has to discard it should something go wrong. */
  staged: PreviewPackage[];
  /** Bytes of one archive, also after it was rewritten. */
  maxTarballBytes: number;
}

/** What is to be stored of each: the archive as it was sent, unless it depends on packages that `urlOf` knows. */
export function withSiblingUrls(
  opened: OpenedPackage[],
  urlOf: (name: string) => string | undefined,
  options: RewritingOptions,
): Promise<PreviewPackage[]> {
  const add = budget('the unpacked archives with siblings', MOST_REWRITTEN);
  return inTurns(opened, REWRITTEN_AT_ONCE, async ({ sent, archive }) => {
    const { version = sent.version, restricted, unpackedSize } = archive;
    const whole: PreviewPackage = { ...sent, version, restricted };
    const rewriting = archive.rewriting(urlOf);
    if (rewriting === undefined) return whole;
    add(unpackedSize);
    const blob = await options.blobs.stage();
    options.staged.push({ ...whole, staged: blob });
    const rewritten = rewriteApart(sent.staged.open(), rewriting);
    await about(sent.name, () => writeAll(rewritten, blob, options.maxTarballBytes));
    const digests = await blob.finish();
    await sent.staged.discard();
    return { ...whole, staged: blob, digests };
  });
}

async function writeAll(
  chunks: AsyncIterable<Uint8Array>,
  blob: Pick<StagedBlob, 'write'>,
  maxBytes: number,
): Promise<void> {
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > maxBytes) {
      throw new Fault(
        'too_large',
        `The archive with the addresses of its siblings has more than the ${maxBytes} bytes that a package may have.`,
      );
    }
    await blob.write(chunk);
  }
}

/** Adds up, to Fault `too_large` over the most. */
function budget(what: string, most: number): (bytes: number) => void {
  let sum = 0;
  return (bytes) => {
    sum += bytes;
    if (sum <= most) return;
    throw new Fault(
      'too_large',
      `One request brings ${what} of ${most} bytes at most, all packages together: send some of them in another one.`,
    );
  };
}

async function about<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw isFault(error) && error.status < 500
      ? new Fault(error.code, `${name}: ${error.message}`, { cause: error })
      : error;
  }
}
