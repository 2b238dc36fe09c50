import { readPreviewArchive, rewriteApart, type PreviewArchive } from '../../formats/npm/index.ts';
import { Fault, inTurns, isFault } from '../../kernel/index.ts';
import type { Blobs, PreviewPackage } from '../../registry/index.ts';
import type { SentPackage } from './commit-body/index.ts';

/** Archives that are open at once: one thread reads them all. */
const AT_ONCE = 4;

export interface OpenedPackage {
  sent: SentPackage;
  archive: PreviewArchive;
}

/** Opens every archive. Faults as `readPreviewArchive`, with the name of the package before the sentence. */
export function openPackages(packages: SentPackage[]): Promise<OpenedPackage[]> {
  return inTurns(packages, AT_ONCE, async (sent) => ({
    sent,
    archive: await about(sent.name, () => readPreviewArchive(sent.staged.open(), sent.name)),
  }));
}

/**
 * What is to be stored of each: the archive as it was sent, unless it depends on packages that `urlOf` knows. What is rewritten is put into
 * `staged`, for whoever has to discard it should something go wrong.
 */
export function withSiblingUrls(
  opened: OpenedPackage[],
  urlOf: (name: string) => string | undefined,
  { blobs, staged }: { blobs: Pick<Blobs, 'stage'>; staged: PreviewPackage[] },
): Promise<PreviewPackage[]> {
  return inTurns(opened, AT_ONCE, async ({ sent, archive }) => {
    const { version = sent.version, restricted } = archive;
    const whole: PreviewPackage = { ...sent, version, restricted };
    const rewriting = await about(sent.name, () => Promise.resolve(archive.rewriting(urlOf)));
    if (rewriting === undefined) return whole;
    const blob = await blobs.stage();
    staged.push({ ...whole, staged: blob });
    for await (const chunk of rewriteApart(sent.staged.open(), rewriting)) await blob.write(chunk);
    const rewritten = { ...whole, staged: blob, digests: await blob.finish() };
    await sent.staged.discard();
    return rewritten;
  });
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
