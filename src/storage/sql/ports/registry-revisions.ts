import type { Kysely } from 'kysely';
import type { Listings, RegistryRevisions } from '../../../registry/index.ts';
import { readOwnersOf } from '../queries/packages.ts';
import {
  changedSince,
  listedVersions,
  openStateOn,
  registryState,
  restrictedTo,
} from '../queries/registry-revisions.ts';
import type { Schema } from '../schema/index.ts';
import type { Searcher } from '../searcher.ts';

export function registryRevisionsOn(db: Kysely<Schema>): RegistryRevisions {
  const openState = openStateOn(db);
  return {
    state: (registryId) => registryState(db, registryId),
    ...(openState && { openState }),
    changedSince: (registryId, revision, limit) => changedSince(db, registryId, revision, limit),
    versionsOf: (packageIds) => listedVersions(db, packageIds),
    ownersOf: (packageIds) => readOwnersOf(db, packageIds),
    restricted: (registryId, readerId) => restrictedTo(db, registryId, readerId),
  };
}

export function listingsOn(searcher: Searcher): Listings {
  return {
    find: (query) => searcher.listed(query),
    categories: (query) => searcher.categories(query),
  };
}
