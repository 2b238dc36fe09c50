import type { Kysely } from 'kysely';
import type {
  Origins,
  PackageAccess,
  RegistrySettings,
  Rights,
  SimilarNames,
} from '../../../registry/index.ts';
import type { Writer } from '../commands/index.ts';
import * as access from '../queries/access.ts';
import { listClaims, nameFacts, ownAmong } from '../queries/name-claims.ts';
import { findRegistry, readRegistryMembers, registriesOf } from '../queries/registries.ts';
import { namesIn, visibleNames } from '../queries/similar-names.ts';
import { readSight } from '../queries/rights.ts';
import type { Schema } from '../schema/index.ts';

export function rightsOn(db: Kysely<Schema>): Rights {
  return {
    of: (registryId, name, userId) => readSight(db, registryId, name, userId),
    registry: (name, userId) => findRegistry(db, name, userId),
  };
}

export function packageAccessOn(db: Kysely<Schema>, writer: Writer): PackageAccess {
  return {
    grant: (command) => writer.run('grantAccess', command),
    grantsOn: (packageId) => access.readGrants(db, packageId),
    collaborators: (packageId) => access.readCollaborators(db, packageId),
    packagesOf: (query) => access.readPackagesOf(db, query),
    offer: (command) => writer.run('offerPackage', command),
    offersTo: (userId, now) => access.readOffers(db, userId, now),
    answerOffer: (answer) => writer.run('answerOffer', answer),
  };
}

export function registrySettingsOn(db: Kysely<Schema>, writer: Writer): RegistrySettings {
  return {
    change: (command) => writer.run('changeRegistry', command),
    members: (registryId) => readRegistryMembers(db, registryId),
    setMember: (command) => writer.run('setRegistryMember', command),
  };
}

export function originsOn(db: Kysely<Schema>, writer: Writer): Origins {
  return {
    claims: (registryId) => listClaims(db, registryId),
    claim: (command) => writer.run('claimName', command),
    release: (command) => writer.run('releaseName', command),
    facts: (registryId, name) => nameFacts(db, registryId, name),
    ownAmong: (registryIds, names) => ownAmong(db, registryIds, names),
    ofFormat: (format) => registriesOf(db, format),
  };
}

export function similarNamesOn(db: Kysely<Schema>): SimilarNames {
  return {
    scopes: (page) => namesIn(db, 'scopes', page),
    names: (page) => namesIn(db, 'packages', page),
    visible: (query) => visibleNames(db, query),
  };
}
