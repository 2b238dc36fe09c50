import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { nobodyAt, signedInWithPassword, type Principal, type User } from '../../accounts/index.ts';
import { theCommandLine, theServer } from '../../ledger/index.ts';
import { openFileBlobs } from '../../storage/files/index.ts';
import { openSqlStore, type SqlStore } from '../../storage/sql/index.ts';
import { Gate } from '../gate/index.ts';
import type { Blobs, PublishCommand, RegistryRow } from '../ports/index.ts';
import { Previews } from './previews.ts';
import type { CommitUpload } from './upload.ts';

const DAY = 86_400_000;
const start = 1_700_000_000_000;
const nobody: Principal = nobodyAt(null);
let folder: string;
let store: SqlStore;
let blobs: Blobs;
let registry: RegistryRow;
let now: number;
let previews: Previews;
let anna: Principal;
let ben: Principal;
let root: Principal;
let round = 0;
let sha: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kontor-previews-'));
  ({ store } = await openSqlStore({ kind: 'sqlite', path: join(folder, 'kontor.db') }, { create: true }));
  blobs = await openFileBlobs(join(folder, 'blobs'));
  registry = await store.catalogue.createRegistry('npm', 'npm', start, theServer);
  const user = async (name: string, role: User['role'] = 'user') =>
    signedInWithPassword(
      await store.accounts.createUser({
        name,
        email: null,
        role,
        passwordHash: 'h',
        at: start,
        by: theCommandLine,
      }),
      null,
    );
  [anna, ben, root] = [await user('anna'), await user('ben'), await user('root', 'administrator')];
});
afterAll(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});
beforeEach(() => {
  now = start;
  sha = `abc1234${String(++round).padStart(3, '0')}def`;
  const clock = () => now;
  previews = new Previews({
    store: store.previews,
    rights: store.rights,
    gate: new Gate({
      blocks: store.blocks,
      advisories: store.advisories,
      policies: {
        of: () => Promise.resolve({ cooldown: { hours: 0, exempt: [] }, blockMalicious: false } as never),
      },
      ranges: new Map(),
      clock,
    }),
    blobs,
    clock,
    life: 90 * DAY,
  });
});
afterEach(async () => {
  for (const { id } of await store.blocks.list()) await store.blocks.remove({ id, by: theServer, at: now });
});

async function staged(text: string) {
  const blob = await blobs.stage();
  await blob.write(Buffer.from(text));
  return { staged: blob, digests: await blob.finish() };
}

async function publish(principal: Principal, names: string[], more: Partial<CommitUpload> = {}) {
  const packages = await Promise.all(
    names.map(async (name) => ({ name, version: '1.0.0', ...(await staged(`${name} ${Math.random()}`)) })),
  );
  return previews.publish(registry, principal, { sha, packages, ...more });
}
const listed = async (principal: Principal = nobody, prefix = sha) =>
  (await previews.ofCommit(registry, prefix, principal)).map(({ name }) => name);
const find = (name: string, principal: Principal = nobody, prefix = sha) =>
  previews.find(registry, { sha: prefix, name }, principal);
const at = (ref: string, more = {}) => previews.at(registry, { ref, name: 'cursed', ...more }, nobody);
const keysOf = async (prefix: string) => {
  const keys: string[] = [];
  for await (const { key } of blobs.list()) if (key.startsWith(prefix)) keys.push(key);
  return keys.toSorted();
};

describe('previews of a commit', () => {
  test('are there for everybody, under keys of their own', async () => {
    const stored = await publish(anna, ['@acme/b', 'a'], { repository: 'acme/demo' });
    expect(await listed()).toEqual(['@acme/b', 'a']);
    expect(await find('@acme/b')).toMatchObject({
      sha,
      version: '1.0.0',
      repository: 'acme/demo',
      publishedBy: 'anna',
      publishedAt: start,
      expiresAt: start + 90 * DAY,
      visibility: 'public',
    });
    expect(await keysOf(`commits/${sha}/`)).toEqual(stored.map(({ key }) => key).toSorted());
    expect(stored[0]?.key).toMatch(new RegExp(`^commits/${sha}/@acme%2fb-[0-9a-f]{16}\\.tgz$`));
  });

  test('that are published again take the place and the room of those before [P-16]', async () => {
    const [first] = await publish(anna, ['a']);
    const [second] = await publish(anna, ['a']);
    expect(await find('a')).toMatchObject({ key: second?.key });
    expect(await keysOf(`commits/${sha}/`)).toEqual([second?.key]);
    expect(first?.key).not.toBe(second?.key);
  });

  test('are all refused when one is, and leave nothing behind', async () => {
    await publish(ben, ['bens']);
    await expect(publish(anna, ['a', 'bens'])).rejects.toMatchObject({ code: 'not_owner' });
    expect(await listed()).toEqual(['bens']);
    expect(await keysOf(`commits/${sha}/`)).toHaveLength(1);
  });

  test('are refused from nobody, twice the same, or without one at all', async () => {
    await expect(publish(nobody, ['a'])).rejects.toMatchObject({ code: 'unauthenticated' });
    await expect(publish(anna, ['a', 'a'])).rejects.toThrow('a is there twice');
    await expect(publish(anna, [])).rejects.toMatchObject({ code: 'bad_request' });
    await expect(
      publish(
        anna,
        Array.from({ length: 201 }, (_, i) => `p${i}`),
      ),
    ).rejects.toThrow('200 packages at most');
    await expect(publish(anna, ['a'], { branch: 'main' })).rejects.toThrow('say which');
    await expect(publish(anna, ['a'], { run: -1 })).rejects.toThrow('whole number');
    expect(await keysOf(`commits/${sha}/`)).toEqual([]);
  });

  test('may be found by the beginning of the sha, unless others begin so that whoever asks may see [P-17]', async () => {
    const [one, two] = [`${sha}01`, `${sha}02`];
    await publish(anna, ['a'], { sha: one });
    expect(await listed(nobody, sha)).toEqual(['a']);
    const packages = [{ name: 'b', restricted: true, ...(await staged('b')) }];
    await previews.publish(registry, ben, { sha: two, packages });
    expect(await listed(nobody, sha)).toEqual(['a']);
    expect(await listed(anna, sha)).toEqual(['a']);
    await expect(listed(ben, sha)).rejects.toThrow(`is ambiguous: ${one}, ${two} begin so`);
    // Only one of them has it.
    expect(await find('b', ben, sha)).toMatchObject({ sha: two, visibility: 'private' });
    await expect(listed(nobody, 'abc123')).rejects.toThrow('too short');
  });

  test('of a package that they may not read are not there', async () => {
    await publish(anna, ['hidden', 'open']);
    const by = { type: 'x', at: start, actor: theServer, registry: 'npm', package: 'hidden', version: null };
    await store.catalogue.publish({
      ...publishOf('hidden', anna),
      visibility: 'private',
      event: { ...by, detail: {} },
    });
    expect(await listed(ben)).toEqual(['open']);
    expect(await listed(anna)).toEqual(['hidden', 'open']);
    expect(await listed(root)).toEqual(['hidden', 'open']);
    expect(await find('hidden', ben)).toBeUndefined();
    expect(await find('hidden')).toBeUndefined();
    expect(await find('hidden', anna)).toMatchObject({ visibility: 'private' });
    expect([...(await previews.siblings(registry, sha, ben))]).toEqual([]);
    expect([...(await previews.siblings(registry, sha, anna))].toSorted()).toEqual(['hidden', 'open']);
    await expect(publish(ben, ['hidden'])).rejects.toMatchObject({ code: 'not_owner' });
  });

  test('of a name that is blocked say why', async () => {
    await publish(anna, ['a', 'bad']);
    await store.blocks.add({
      registryId: null,
      pattern: 'bad',
      range: null,
      reason: 'it steals tokens',
      advisory: null,
      event: {
        type: 'x',
        at: start,
        actor: theServer,
        registry: null,
        package: 'bad',
        version: null,
        detail: {},
      },
    });
    await expect(find('bad')).rejects.toThrow('it steals tokens');
    expect(await listed()).toEqual(['a']);
    await publish(anna, ['bad'], { sha: `fff${sha}` });
    await expect(listed(nobody, `fff${sha}`)).rejects.toMatchObject({ code: 'version_hidden' });
  });

  test('are gone after 90 days to the millisecond, and there before [P-52]', async () => {
    await publish(anna, ['a']);
    now = start + 90 * DAY - 1;
    expect(await listed()).toEqual(['a']);
    now += 1;
    expect(await listed()).toEqual([]);
    expect(await find('a')).toBeUndefined();
    // The name is free again.
    await publish(ben, ['a']);
    expect(await listed()).toEqual(['a']);
  });

  test('are found by branch and by pull request, of the newest run', async () => {
    const commit = { repository: 'https://git.example/Acme/Demo.git', branch: 'main' };
    await publish(anna, ['cursed'], { ...commit, pullRequest: 12, run: 2 });
    await publish(anna, ['cursed'], { ...commit, sha: `fff${sha}`, run: 1 });
    expect(await at('main', { owner: 'acme', repo: 'DEMO' })).toMatchObject({ sha });
    expect(await at('12')).toMatchObject({ sha });
    expect(await at('main', { owner: 'acme', repo: 'other' })).toBeUndefined();
  });
});

function publishOf(name: string, principal: Principal): Omit<PublishCommand, 'visibility' | 'event'> {
  return {
    registryId: registry.id,
    name,
    origin: 'local',
    version: '1.0.0',
    versionKey: '1.0.0',
    manifest: '{}',
    summary: '{}',
    readme: null,
    artifacts: [],
    tags: ['latest'],
    fallbackTag: null,
    searchText: { description: '', keywords: [] },
    deprecated: null,
    attestation: null,
    publisherId: principal.kind === 'user' ? principal.user.id : null,
    overrideOwnership: false,
    upstreamTime: null,
    at: start,
  };
}
