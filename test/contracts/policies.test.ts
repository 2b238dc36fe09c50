import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Fault } from '../../src/kernel/index.ts';
import { theCommandLine, theServer } from '../../src/ledger/index.ts';
import {
  defaultPolicy,
  mergePatch,
  PolicyKeeper,
  RegistryPolicies,
  type EditedPolicy,
  type KeyWrap,
  type PolicyDefaults,
  type PolicySettings,
  type RegistryRow,
} from '../../src/registry/index.ts';
import type { SqlStore } from '../../src/storage/sql/index.ts';
import { adapters, freshStore } from './stores.ts';

const at = Date.UTC(2026, 0, 1);

const defaults: PolicyDefaults = {
  ...defaultPolicy,
  cooldown: { hours: 24, exempt: ['trusted'] },
  upstream: {
    names: [],
    authorization: null,
    timeouts: { connect: 1, headers: 2, idle: 3, document: 4, artifact: 5 },
    freshness: 300_000,
    missingFreshness: 60_000,
    patience: 3_000,
    allowHosts: [],
    allowPrivate: false,
  },
  upstreamsOf: ({ name }) => (name === 'npm' ? [{ name: 'npm', url: 'npm' }] : []),
};

/** Shows what is wrapped, and refuses what it did not wrap. */
const wrap: KeyWrap = {
  wrap: (plain) => `wrapped(${Buffer.from(plain).toString('hex')})`,
  unwrap: (stored) => {
    const [, hex] = /^wrapped\((.*)\)$/.exec(stored) ?? [];
    if (hex === undefined) throw new Fault('config_invalid', 'This is not wrapped.');
    return Buffer.from(hex, 'hex').toString();
  },
};

function housekeeping(store: SqlStore, fixed: ReadonlyMap<string, PolicySettings> = new Map()) {
  const policies = new RegistryPolicies({ store: store.policies, wrap, defaults, fixed });
  const keeper = new PolicyKeeper({
    catalogue: store.catalogue,
    policies,
    store: store.policies,
    defaults,
    wrap,
    clock: () => at,
    isOwn: ({ hostname }) => hostname === 'ourselves.example',
  });
  return { policies, keeper };
}

describe.each(adapters)('The policy of a registry on $name', (adapter) => {
  let store: SqlStore;
  let close: () => Promise<void>;
  let registry: RegistryRow;
  let kept: ReturnType<typeof housekeeping>;
  beforeEach(async () => {
    ({ store, close } = await freshStore(adapter));
    registry = await store.catalogue.createRegistry('npm', 'npm', at, theServer);
    kept = housekeeping(store);
  });
  afterEach(() => close());

  const revision = async () => (await store.rights.of(registry.id, 'demo', null))?.policyRevision ?? -1;
  const policy = async () => kept.policies.of(registry, await revision());
  const patch = (change: object) =>
    kept.keeper.change(theCommandLine, 'npm', (current) => mergePatch(current, change));
  const authorizations = async () => (await policy()).upstreams.map(({ authorization }) => authorization);
  const events = async () => {
    await store.events.seal(100);
    return (await store.events.sealed(0, 100)).filter(({ type }) => type === 'registry.policy');
  };

  test('is the default where nothing was set', async () => {
    expect(await policy()).toEqual({
      ...defaultPolicy,
      cooldown: { hours: 24, exempt: ['trusted'] },
      upstreams: [{ ...defaults.upstream, name: 'npm', url: 'npm' }],
    });
    expect(await kept.keeper.see('npm')).toMatchObject({ source: 'default', policy: { offline: false } });
  });

  test('is what was set from the next request on, everywhere, and back', async () => {
    const other = housekeeping(store);
    expect((await other.policies.of(registry, await revision())).offline).toBe(false);
    await patch({ offline: true, cooldown: { hours: 72 } });
    for (const { policies } of [kept, other]) {
      expect(await policies.of(registry, await revision())).toMatchObject({
        offline: true,
        cooldown: { hours: 72, exempt: ['trusted'] },
        upstreams: [{ name: 'npm' }],
      });
    }
    expect((await kept.keeper.see('npm')).source).toBe('database');
    await patch({ offline: null, cooldown: null });
    expect((await other.policies.of(registry, await revision())).offline).toBe(false);
    expect((await kept.keeper.see('npm')).source).toBe('default');
  });

  test('costs nothing as long as its revision stays', async () => {
    const read = store.policies.read.bind(store.policies);
    let reads = 0;
    const policies = new RegistryPolicies({
      store: { ...store.policies, read: (id) => ((reads += 1), read(id)) },
      wrap,
      defaults,
      fixed: new Map(),
    });
    const now = await revision();
    const first = await policies.of(registry, now);
    expect(await policies.of(registry, now)).toBe(first);
    expect(reads).toBe(1);
    await patch({ offline: true });
    expect(await policies.of(registry, await revision())).toMatchObject({ offline: true });
    // A request that began before has no reason to read the older state again.
    expect(await policies.of(registry, now)).toMatchObject({ offline: true });
    expect(reads).toBe(2);
  });

  test('changes nothing, and writes nothing, where it is the same already', async () => {
    const before = await revision();
    await patch({});
    await patch({ upstreams: [{ name: 'npm', url: 'npm' }] });
    expect(await revision()).toBe(before);
    expect(await events()).toEqual([]);
    await patch({ vanished: 'keep' });
    // What was not set goes on following the defaults.
    expect(await store.policies.read(registry.id)).toBe('{"vanished":"keep"}');
  });

  test('is that of its registry alone', async () => {
    const team = await store.catalogue.createRegistry('team', 'npm', at, theServer);
    await patch({ offline: true });
    expect(await kept.policies.of(team, 0)).toMatchObject({ offline: false, upstreams: [] });
  });

  test('leaves an event that says what was before and after, and no secret', async () => {
    await patch({ upstreams: [{ name: 'acme', url: 'https://npm.acme.example/', token: 'geheim' }] });
    await patch({ upstreams: [{ name: 'acme', url: 'https://npm.acme.example/', token: 'streng-geheim' }] });
    const written = await events();
    expect(written).toMatchObject([
      {
        registry: 'npm',
        actor: { via: 'command-line' },
        detail: {
          before: { upstreams: null },
          after: { upstreams: [{ name: 'acme', url: 'https://npm.acme.example/', credentials: true }] },
          credentials: ['acme'],
        },
      },
      { detail: { before: {}, after: {}, credentials: ['acme'] } },
    ]);
    expect(JSON.stringify(written)).not.toMatch(/geheim|wrapped/);
  });

  test('keeps the secret of an upstream wrapped, and shows it to nobody', async () => {
    const seen = await patch({ upstreams: [{ name: 'acme', url: 'https://a.example/', token: 'geheim' }] });
    expect((await policy()).upstreams[0]?.authorization).toBe('Bearer geheim');
    const stored = await store.policies.read(registry.id);
    expect(stored).toContain('wrapped(');
    expect(stored).not.toContain('geheim');
    expect(JSON.stringify(seen)).not.toMatch(/geheim|wrapped/);
    expect(seen.policy.upstreams).toMatchObject([{ name: 'acme', credentials: true }]);
  });

  describe('with credentials of an upstream', () => {
    beforeEach(async () => {
      await patch({ upstreams: [{ name: 'acme', url: 'https://a.example/npm/', token: 'geheim' }] });
    });
    test.each([
      ['as it is shown', { name: 'acme', url: 'https://a.example/npm/', credentials: true }],
      ['without a word of them', { name: 'acme', url: 'https://a.example/npm/', freshness: '1h' }],
      ['at another path', { name: 'acme', url: 'https://a.example/other/' }],
    ])('keeps them for it %s', async (_how, upstream) => {
      await patch({ upstreams: [upstream] });
      expect(await authorizations()).toEqual(['Bearer geheim']);
    });

    test.each([
      ['another host', { name: 'acme', url: 'https://b.example/npm/' }],
      ['another port', { name: 'acme', url: 'https://a.example:8443/npm/' }],
      ['plain http', { name: 'acme', url: 'http://a.example/npm/' }],
      ['another name', { name: 'other', url: 'https://a.example/npm/' }],
      ['one that shall have none', { name: 'acme', url: 'https://a.example/npm/', credentials: false }],
    ])('does not hand them to %s', async (_what, upstream) => {
      await patch({ upstreams: [upstream] });
      expect(await authorizations()).toEqual([null]);
      await patch({ upstreams: [{ name: 'acme', url: 'https://a.example/npm/' }] });
      expect(await authorizations()).toEqual([null]);
    });

    test('says so where somebody thinks that another host has them', async () => {
      const moved = patch({ upstreams: [{ name: 'acme', url: 'https://b.example/', credentials: true }] });
      await expect(moved).rejects.toMatchObject({
        code: 'policy_invalid',
        message: expect.stringContaining(
          'upstreams[0].credentials is true, but there are none for this host',
        ),
      });
    });
  });

  test('refuses what makes no sense with every reason, and leaves all as it was', async () => {
    const before = await revision();
    await expect(patch({ upstreams: [{ url: 'x' }], vanished: 'gone' })).rejects.toMatchObject({
      code: 'policy_invalid',
      message: expect.stringMatching(/^vanished is .*\nupstreams\[0\]\.url is /),
    });
    await expect(patch({ upstreams: [{ url: 'https://ourselves.example/npm/' }] })).rejects.toMatchObject({
      message: expect.stringContaining('leads to this server itself'),
    });
    await expect(kept.keeper.change(theCommandLine, 'gone', (it) => it)).rejects.toMatchObject({
      code: 'registry_not_found',
    });
    expect(await revision()).toBe(before);
  });

  test('is not changed where kontor.yaml has it, which goes before what the database has', async () => {
    await patch({ offline: true, vanished: 'keep' });
    const fixed = housekeeping(
      store,
      new Map([
        [
          'npm',
          { upstreams: [{ name: 'a', url: 'https://a.example/', authorization: wrap.wrap('Bearer b') }] },
        ],
      ]),
    );
    expect(await fixed.policies.of(registry, await revision())).toMatchObject({
      offline: false,
      vanished: 'hide',
      upstreams: [{ name: 'a', authorization: 'Bearer b' }],
    });
    const change = fixed.keeper.change(theCommandLine, 'npm', (it) => it);
    await expect(change).rejects.toMatchObject({
      code: 'policy_fixed',
      message: expect.stringContaining('section registries.npm'),
    });
    expect(await fixed.keeper.see('npm')).toMatchObject({
      source: 'kontor.yaml',
      policy: { upstreams: [{ name: 'a', credentials: true }] },
    });
  });

  test('loses no change when several are made at once', async () => {
    const other = housekeeping(store);
    const add = (name: string, { keeper }: typeof kept) =>
      keeper.change(theCommandLine, 'npm', (current: EditedPolicy) => ({
        ...current,
        upstreams: [...current.upstreams, { name, url: `https://${name}.example/` }],
      }));
    await Promise.all([add('a', kept), add('b', other), add('c', kept)]);
    const names = (await policy()).upstreams.map(({ name }) => name);
    expect(names.toSorted()).toEqual(['a', 'b', 'c', 'npm']);
    expect(await events()).toHaveLength(3);
  });
});
