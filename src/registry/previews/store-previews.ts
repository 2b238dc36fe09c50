import { Fault, inTurns, isFault } from '../../kernel/index.ts';
import type { Blobs, StagedBlob } from '../ports/index.ts';
import { previewKey } from './key.ts';
import type { NewPreview, PreviewRow, PreviewStore, PublishPreviews } from './store.ts';

/** Previews that were read and judged, with their bytes staged. */
export interface ReadyPreviews extends Omit<PublishPreviews, 'packages'> {
  packages: (Omit<NewPreview, 'key'> & { staged: Pick<StagedBlob, 'promote'> })[];
}

/** Files made durable at once: each waits for the disk most of the time. */
const AT_ONCE = 8;
/** How often a publish may lose a key to the sweeper before something else must be wrong. */
const TRIES = 5;

/**
 * Makes the bytes durable, then commits the rows that point at them, then removes what they replace. Refusals come as the store's
 * Faults, and leave nothing.
 */
export async function storePreviews(
  { store, blobs }: { store: Pick<PreviewStore, 'publish'>; blobs: Pick<Blobs, 'remove'> },
  ready: ReadyPreviews,
): Promise<PreviewRow[]> {
  const promoted: string[] = [];
  const promote = async (name: string, staged: Pick<StagedBlob, 'promote'>): Promise<string> => {
    const key = previewKey(ready.sha, name);
    promoted.push(key);
    // Random: nothing is there.
    if (await staged.promote(key)) return key;
    throw new Fault('unavailable', `The preview of ${name} could not be stored just now; publish it again.`);
  };
  try {
    const packages = await inTurns(ready.packages, AT_ONCE, async ({ staged, ...one }) => ({
      ...one,
      key: await promote(one.name, staged),
    }));
    for (let tries = 1; tries <= TRIES; tries += 1) {
      const result = await store.publish({ ...ready, packages });
      if (result.outcome === 'published') {
        // The publish has succeeded: what cannot be removed now the sweeper takes.
        await Promise.allSettled(result.unusedKeys.map((key) => blobs.remove(key)));
        return packages.map((one) => rowOf(ready, one));
      }
      const index = packages.findIndex(({ key }) => key === result.key);
      const [one, staged] = [packages[index], ready.packages[index]?.staged];
      if (one && staged) one.key = await promote(one.name, staged);
    }
    throw new Fault('unavailable', 'The previews could not be stored just now; publish them again.');
  } catch (error) {
    // Only a refusal is certain to have committed nothing: see `storeVersion`.
    if (isFault(error) && error.status < 500)
      await Promise.allSettled(promoted.map((key) => blobs.remove(key)));
    throw error;
  }
}

function rowOf(
  { sha, repository, publisherId, publishedBy, at }: ReadyPreviews,
  { event: _event, trustedPublisherId: _rule, ...one }: NewPreview,
): PreviewRow {
  return { ...one, sha, repository, publisherId, publishedBy, publishedAt: at };
}
