import type { Kysely } from 'kysely';
import type { Inventory } from '../../../registry/index.ts';
import { inventoryState, listPackages, listPreviews } from '../queries/inventory.ts';
import type { Schema } from '../schema/index.ts';

export function inventoryOn(db: Kysely<Schema>): Inventory {
  return {
    packages: (registryId, afterName, limit) => listPackages(db, registryId, afterName, limit),
    previews: (page) => listPreviews(db, page),
    state: (registryId) => inventoryState(db, registryId),
  };
}
