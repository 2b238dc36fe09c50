import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StatementSync, type DatabaseSync } from 'node:sqlite';
import { afterAll, expect, test } from 'vitest';
import { theServer } from '../../ledger/index.ts';
import { openSqlStore, type SqlStore } from './index.ts';
import { openDatabase } from './sqlite/connection.ts';

const folder = mkdtempSync(join(tmpdir(), 'kontor-rights-'));
const path = join(folder, 'kontor.db');
let store: SqlStore;
let database: DatabaseSync;

/** The rows 1 to `last`. */
const numbers = (last: number) =>
  `with recursive n (i) as (select 1 union all select i + 1 from n where i < ${last})`;

/** 100,000 users in 1,000 organisations, each with a team and a package. */
async function fill(): Promise<void> {
  ({ store } = await openSqlStore({ kind: 'sqlite', path }, { create: true }));
  await store.catalogue.createRegistry('npm', 'npm', 1, theServer);
  database = openDatabase(path);
  database.exec(`
    begin;
    insert into users (id, name, name_key, role, password_hash, created_at)
      ${numbers(100_000)} select i, 'user' || i, 'user' || i, 'user', 'h', 1 from n;
    insert into organisations (id, name, name_key, lookalike, description, created_at)
      ${numbers(1000)} select i, 'org' || i, 'org' || i, 'org' || i, '', 1 from n;
    insert into organisation_members (organisation_id, user_id, role, since)
      ${numbers(100_000)} select 1 + i % 1000, i, 'reader', 1 from n;
    insert into organisation_members (organisation_id, user_id, role, since)
      ${numbers(100_000)} select 1, i, 'reader', 1 from n where i % 1000 <> 0;
    insert into teams (id, organisation_id, name, description, created_at)
      ${numbers(1000)} select i, i, 'all', '', 1 from n;
    insert into team_members (team_id, user_id, since) ${numbers(100_000)} select 1, i, 1 from n;
    insert into packages (id, registry_id, name, origin, revision, created_at, updated_at, visibility, organisation_id)
      ${numbers(1000)} select i, 1, '@org' || i || '/demo', 'local', 1, 1, 1, 'private', i from n;
    insert into team_grants (package_id, team_id, access, since) ${numbers(1000)} select i, i, 'write', 1 from n;
    commit;`);
}

afterAll(async () => {
  database.close();
  await store.close();
  rmSync(folder, { recursive: true });
});

test('what a user may do with a package is looked up in indexes only, however many members there are', async () => {
  // Not a hook, for which vitest waits a third as long: it takes seconds, and beside other work more of them.
  await fill();
  const asked: string[] = [];
  const { get } = StatementSync.prototype;
  StatementSync.prototype.get = function recorded(this: StatementSync, ...values: never[]) {
    asked.push(this.sourceSQL);
    return Reflect.apply(get, this, values) as ReturnType<typeof get>;
  };
  try {
    const sight = await store.rights.of(1, '@org1/demo', 77_777);
    expect(sight?.package).toMatchObject({ role: 'reader', team: 'write' });
  } finally {
    StatementSync.prototype.get = get;
  }

  expect(asked).toHaveLength(1);
  const [query = ''] = asked;
  const slots = query.split('?').length - 1;
  const plan = database
    .prepare(`explain query plan ${query}`)
    .all(...Array.from({ length: slots }, () => null)) as { detail: string }[];
  const looks = plan.map(({ detail }) => detail).filter((detail) => /SCAN|SEARCH/.test(detail));
  expect(looks.filter((look) => look.startsWith('SCAN'))).toEqual([]);
  // Each is one row: by a whole key, not by the beginning of one.
  const members = looks.filter((look) => look.includes('user_id'));
  expect(members.length).toBeGreaterThanOrEqual(6);
  for (const look of members) expect(look).toMatch(/\(\w+=\? AND \w+=\?\)/);
});
