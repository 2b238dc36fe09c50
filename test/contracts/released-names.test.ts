import { randomUUID } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DownloadCount } from '../../src/registry/index.ts';
import { artifact, event } from './catalogue-fixtures.ts';
import { batch } from './count-fixtures.ts';
import { openHouse, type House } from './organisation-fixtures.ts';
import { adapters, execute } from './stores.ts';

const DAY = 7;

describe.each(adapters)('A name that is claimed and released on $name', (adapter) => {
  let house: House;
  beforeEach(async () => {
    house = await openHouse(adapter);
  });
  afterEach(() => house.close());

  const pull = async (name: string) => {
    const file = `${name}-1.0.0.tgz`;
    await house.publish('anna', name, '1.0.0', {
      origin: 'upstream',
      publisherId: null,
      tags: [],
      fallbackTag: null,
      artifacts: [artifact(file, `upstream's ${name}`, `npm/${randomUUID()}`)],
      event: event('package.pull', name, '1.0.0'),
    });
    const found = await house.store.catalogue.findArtifact(house.registry.id, name, file);
    if (found === undefined) throw new Error('nothing was pulled');
    return { packageId: found.packageId, versionId: found.versionId, day: DAY, count: 1, lastAt: 1 };
  };
  const command = () => ({ ...house.by('anna', true), registryId: house.registry.id, pattern: 'demo' });
  const claim = () => house.store.origins.claim({ ...command(), reason: null, owner: null });
  const release = () => house.store.origins.release(command());
  const count = (releases: DownloadCount[]) => house.store.counts.add(batch({ releases }));
  const counted = (name: string) =>
    house.store.counts.days(house.registry.id, name, { first: DAY, last: DAY });

  test('counts no downloads of what was there before, and holds up no others', async () => {
    const [demo, other] = [await pull('demo'), await pull('other')];
    await claim();
    // What people downloaded was another package.
    await count([demo]);
    expect(await counted('demo')).toEqual([]);
    await release();
    await count([demo, other]);
    expect(await counted('demo')).toEqual([]);
    expect(await counted('other')).toEqual([{ day: DAY, count: 1 }]);
  });

  test('holds up no downloads that are counted in the same moment', async () => {
    const other = await pull('other');
    const rounds = 12;
    for (let round = 0; round < rounds; round += 1) {
      const demo = await pull('demo');
      await claim();
      await Promise.all([release(), count([demo, other])]);
    }
    expect(await counted('other')).toEqual([{ day: DAY, count: rounds }]);
  });

  test('goes with whatever refers to it', async () => {
    const { packageId, versionId } = await pull('demo');
    await claim();
    const anna = house.user('anna').id;
    const rows: Record<string, string> = {
      downloads: `(package_id, version_id, day, count) values (${packageId}, ${versionId}, 1, 1)`,
      stars: `(package_id, user_id, since) values (${packageId}, ${anna}, 1)`,
      owners: `(package_id, user_id, since) values (${packageId}, ${anna}, 1)`,
      package_transfers: `(package_id, to_user_id, created_at, expires_at) values (${packageId}, ${anna}, 1, 2)`,
      tags: `(package_id, tag, version_id, updated_at) values (${packageId}, 'latest', ${versionId}, 1)`,
      artifacts: `(package_id, version_id, file, sha256, sha1, sha512, size, facts)
        values (${packageId}, ${versionId}, 'late.tgz', 'a', 'b', 'c', 1, '{}')`,
      attestations: `(version_id, predicate_type, bundle) values (${versionId}, 'type', '{}')`,
      content_hashes: `(version_id, hash) values (${versionId}, 'hash')`,
      staged_versions: `(id, version_id, registry_id, tags, via, created_at)
        values ('stage', ${versionId}, ${house.registry.id}, '[]', 'token:1', 1)`,
      trusted_publishers: `(id, package_id, type, issuer, claims, permissions, created_at)
        values ('rule', ${packageId}, 'github', 'issuer', '{}', 'publish', 1)`,
      team_grants: `(package_id, team_id, access, since) values (${packageId}, 900, 'write', 1)`,
      package_texts: `(package_id, text) values (${packageId}, 'demo')`,
      package_categories: `(package_id, category) values (${packageId}, 'tools')`,
      machine_grants: `(token_id, trust_id) values (900, 'rule')`,
    };
    const before = [
      `insert into organisations (id, name, name_key, lookalike, description, created_at) values (900, 'acme', 'acme', 'acme', '', 1)`,
      `insert into teams (id, organisation_id, name, description, created_at) values (900, 900, 'team', '', 1)`,
      `insert into machine_tokens (id, hash, label, claims, created_at, expires_at) values (900, 'hash', 'job', '{}', 1, 2)`,
    ];
    const its = Object.entries(rows).map(([table, row]) => `insert into ${table} ${row}`);
    await execute(house.location, [...before, ...its].join(';'));
    const tables = Object.keys(rows).toSorted();
    const { location } = house;
    // Both databases are made by the same migrations.
    expect(tables).toEqual(location.kind === 'sqlite' ? referringTables(location.path) : tables);
    await release();
    expect(await house.store.catalogue.findPackage(house.registry.id, 'demo')).toBeUndefined();
    await pull('demo');
  });
});

/** Tables with rows that refer to a package, if only through another one. */
function referringTables(path: string): string[] {
  const file = new DatabaseSync(path, { readOnly: true });
  const rows = file
    .prepare(
      `with recursive its (name) as (values ('packages') union
        select tables.name from pragma_table_list as tables, pragma_foreign_key_list(tables.name) as keys, its
        where keys."table" = its.name)
      select name from its where name not in ('packages', 'versions') order by name`,
    )
    .all();
  file.close();
  return rows.map(({ name }) => String(name));
}
