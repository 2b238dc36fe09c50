import type { User } from '../accounts/index.ts';
import type { Clock } from '../kernel/index.ts';
import { theServer } from '../ledger/index.ts';
import type { Blobs, Catalogue, RegistryRow } from './ports/index.ts';
import { uploadOf, type Publication } from './publication.ts';
import { storeVersion } from './store-version.ts';

/**
 * Stores a version that another server published, as its owner's and with the time that it had there. The event is of now, and says so.
 * Discards the staged bytes in any case. Faults as `Catalogue.publish`.
 */
export async function takeInVersion(
  parts: { catalogue: Catalogue; blobs: Blobs; clock: Clock },
  registry: RegistryRow,
  publication: Publication,
  { owner, publishedAt }: { owner: Pick<User, 'id'>; publishedAt: number | undefined },
): Promise<void> {
  const now = parts.clock();
  const at = Math.min(publishedAt ?? now, now);
  const bringer = {
    right: { publisherId: owner.id, overrideOwnership: true },
    actor: theServer,
    detail: { publishedAt: at },
  };
  const upload = uploadOf(registry, publication, 'package.import', bringer, at);
  await storeVersion(parts, { ...upload, event: { ...upload.event, at: now } });
}
