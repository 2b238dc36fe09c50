import type { User } from '../accounts/index.ts';
import type { Clock } from '../kernel/index.ts';
import { theServer } from '../ledger/index.ts';
import type { Blobs, Catalogue, RegistryRow } from './ports/index.ts';
import { uploadOf, type Publication } from './publication.ts';
import { storeVersion } from './store-version.ts';

/**
 * Stores a version that another server published, as its owner's and with the time that it had there. A new name is theirs whatever
 * bars people from new names; a package that is here takes it only if they may publish it. The event is of now, and says so.
 * Discards the staged bytes in any case. Faults as `Catalogue.publish`.
 */
export async function takeInVersion(
  parts: { catalogue: Catalogue; blobs: Blobs; clock: Clock },
  registry: RegistryRow,
  publication: Publication,
  { owner, isNew, publishedAt }: { owner: Pick<User, 'id'>; isNew: boolean; publishedAt: number | undefined },
): Promise<void> {
  const now = parts.clock();
  const at = Math.min(publishedAt ?? now, now);
  const bringer = {
    right: { publisherId: owner.id, overrideOwnership: isNew },
    actor: theServer,
    detail: { publishedAt: at },
  };
  const upload = uploadOf(registry, publication, 'package.import', bringer, at);
  await storeVersion(parts, { ...upload, event: { ...upload.event, at: now } });
}
