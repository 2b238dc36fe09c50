import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  createNpmRemote,
  npmAttestations,
  npmAudit,
  npmKeys,
  type NpmRemote,
} from '../../src/formats/npm/index.ts';
import { theServer } from '../../src/ledger/index.ts';
import { defaultPolicy, type RegistryPolicy, type RegistryRow } from '../../src/registry/index.ts';
import type { SqlStore } from '../../src/storage/sql/index.ts';
import { Answers, defaultTimeouts, type Remote, type UpstreamClient } from '../../src/upstream/index.ts';
import {
  advising,
  answers as answering,
  finding,
  retryLater,
  scriptedUpstream,
  upstreamClient,
  type ScriptedUpstream,
  type Script,
} from '../upstream/index.ts';
import { at } from './catalogue-fixtures.ts';
import { adapters, freshStore } from './stores.ts';

const HOUR = 3_600_000;
const BULK = '/-/npm/v1/security/advisories/bulk';
const nothing = answering(404, '{}');
const sorted = (rows: (string | number | null)[][]) =>
  rows.toSorted(([one], [other]) => (String(one) < String(other) ? -1 : 1));

describe.each(adapters)('Answers of upstreams on $name', (adapter) => {
  let store: SqlStore;
  let close: () => Promise<void>;
  let registry: RegistryRow;
  let format: NpmRemote;
  let upstreams: ScriptedUpstream[];
  let clients: UpstreamClient[];
  let remotes: Remote[];
  let now: number;
  let warnings: string[];
  let answers: Answers;

  beforeEach(async () => {
    ({ store, close } = await freshStore(adapter));
    registry = await store.catalogue.createRegistry('npm', 'npm', at, theServer);
    format = createNpmRemote();
    now = at;
    upstreams = [];
    clients = [];
    remotes = [];
    warnings = [];
    answers = replica();
  });
  afterEach(async () => {
    await Promise.all([...upstreams, ...clients, format].map((each) => each.close()));
    await close();
  });

  const replica = () =>
    new Answers({
      answers: store.upstreamAnswers,
      clock: () => now,
      remotesOf: () => Promise.resolve(remotes),
      ownUrls: () => [],
      warn: (message) => warnings.push(message),
    });
  const upstream = async (script: Script, names: string[] = []): Promise<ScriptedUpstream> => {
    const started = await scriptedUpstream(script);
    const client = upstreamClient(started.url);
    const settings = {
      name: `up${remotes.length}`,
      url: started.url,
      names,
      authorization: null,
      timeouts: defaultTimeouts,
      freshness: HOUR,
      missingFreshness: HOUR,
      patience: 50,
      allowHosts: [],
      allowPrivate: false,
    };
    upstreams.push(started);
    clients.push(client);
    remotes.push({ settings, client, format });
    return started;
  };
  const scope = (policy: Partial<RegistryPolicy> = {}) => ({
    registry,
    policy: { ...defaultPolicy, ...policy },
  });
  const audit = async (installed: Record<string, string[]>, policy: Partial<RegistryPolicy> = {}) => {
    const found = await answers.audit(scope(policy), npmAudit, new Map(Object.entries(installed)));
    return Object.fromEntries(
      [...found].flatMap(([name, text]) => {
        const ids = (JSON.parse(text) as { id: number }[]).map(({ id }) => id);
        return ids.length > 0 ? [[name, ids]] : [];
      }),
    );
  };

  const keys = async () => (await answers.each(scope(), npmKeys)).map((text) => JSON.parse(text) as unknown);
  const about = (name: string) => answers.about(scope(), name, npmAttestations(name, '1.0.0'));
  const row = (key: string, checkedAt: number, body: string | null = 'x'.repeat(1000)) => ({
    registryId: registry.id,
    upstream: 'u',
    key,
    body,
    checkedAt,
  });

  test('an audit is asked for once an hour, whoever asks, and only for versions that are new', async () => {
    const { script, asked } = advising(
      { findings: { demo: [finding(7, 'GHSA-aaaa-bbbb-cccc', '<2.0.0')] } },
      nothing,
    );
    await upstream(script);
    const installed = { demo: ['1.0.0'], fine: ['1.0.0'] };
    expect(await audit(installed)).toEqual({ demo: [7] });
    expect(await audit(installed)).toEqual({ demo: [7] });
    answers = replica();
    expect(await audit({ demo: ['1.0.0'] })).toEqual({ demo: [7] });
    expect(asked).toEqual([installed]);
    await audit({ demo: ['1.0.0'], fine: ['1.0.0', '1.1.0'], other: ['3.0.0'] });
    expect(asked.slice(1)).toEqual([{ fine: ['1.0.0', '1.1.0'], other: ['3.0.0'] }]);
    now += HOUR;
    await audit({ demo: ['1.0.0'] });
    expect(asked.slice(2)).toEqual([{ demo: ['1.0.0'] }]);
  });

  test('many who ask the same at once make one request', async () => {
    const { script, asked } = advising(
      { findings: { demo: [finding(7, 'GHSA-aaaa-bbbb-cccc', '*')] } },
      nothing,
    );
    await upstream(script);
    const all = await Promise.all(Array.from({ length: 20 }, () => audit({ demo: ['1.0.0'] })));
    expect(all).toEqual(Array.from({ length: 20 }, () => ({ demo: [7] })));
    expect(asked).toHaveLength(1);
  });

  test('an upstream that is down, busy, slow or talks nonsense leaves what is kept, and never a Fault', async () => {
    const { script } = advising({ findings: { demo: [finding(7, 'GHSA-aaaa-bbbb-cccc', '*')] } }, nothing);
    const started = await upstream(script);
    expect(await audit({ demo: ['1.0.0'] })).toEqual({ demo: [7] });
    const bad: Script[] = [
      answering(200, 'nonsense'),
      answering(500, ''),
      answering(403, ''),
      retryLater(429, '1'),
      () => {},
    ];
    for (const one of bad) {
      now += HOUR;
      started.script = one;
      expect(await audit({ demo: ['1.0.0'] })).toEqual({ demo: [7] });
    }
    now += HOUR;
    await started.close();
    expect(await audit({ demo: ['1.0.0'], other: ['1.0.0'] })).toEqual({ demo: [7] });
    expect(warnings.length).toBeGreaterThan(3);
  });

  test('one that cannot be asked is not asked again for a while', async () => {
    const started = await upstream(answering(500, ''));
    await audit({ demo: ['1.0.0'] });
    await audit({ demo: ['1.0.0'] });
    expect(started.count(BULK)).toBe(1);
    now += 10_001;
    await audit({ demo: ['1.0.0'] });
    expect(started.count(BULK)).toBe(2);
  });

  test('offline, nobody is asked, and what is kept is told', async () => {
    const { script, asked } = advising(
      { findings: { demo: [finding(7, 'GHSA-aaaa-bbbb-cccc', '*')] } },
      nothing,
    );
    await upstream(script);
    await audit({ demo: ['1.0.0'] });
    now += HOUR;
    expect(await audit({ demo: ['1.0.0'], other: ['1.0.0'] }, { offline: true })).toEqual({ demo: [7] });
    await expect(
      answers.about(scope({ offline: true }), 'demo', npmAttestations('demo', '1.0.0')),
    ).rejects.toMatchObject({
      code: 'upstream_down',
    });
    expect(asked).toHaveLength(1);
  });

  test('each name is asked of the upstream that has it, and one that answers no audits leaves its names to the next', async () => {
    const scoped = advising({ findings: { '@own/x': [finding(1, 'GHSA-aaaa-bbbb-cccc', '*')] } }, nothing);
    const general = advising({ findings: { demo: [finding(2, 'GHSA-aaaa-bbbb-cccd', '*')] } }, nothing);
    await upstream(scoped.script, ['@own/*']);
    const mute = await upstream(nothing);
    await upstream(general.script);
    const installed = { '@own/x': ['1.0.0'], demo: ['1.0.0'] };
    for (let round = 0; round < 2; round++) {
      expect(await audit(installed)).toEqual({ '@own/x': [1], demo: [2] });
    }
    expect(scoped.asked).toEqual([{ '@own/x': ['1.0.0'] }]);
    expect(general.asked).toEqual([{ demo: ['1.0.0'] }]);
    expect(mute.count(BULK)).toBe(1);
  });

  test('keys are asked for once an hour, those of every upstream, and kept when one is away', async () => {
    const key = { expires: null, keyid: 'SHA256:x', keytype: 'e', scheme: 'e', key: 'MFk=' };
    const started = await upstream(advising({ keys: [key, { keyid: 7 }] }, nothing).script);
    await upstream(nothing);
    const down = await upstream(nothing);
    await down.close();
    expect(await keys()).toEqual([[key]]);
    expect(await keys()).toEqual([[key]]);
    expect(started.count('/-/npm/v1/keys')).toBe(1);
    await started.close();
    now += HOUR;
    expect(await keys()).toEqual([[key]]);
  });

  test('attestations are passed on, what is missing is remembered, and what cannot be asked is no "not found"', async () => {
    const bundle = [{ predicateType: 'https://slsa.dev/provenance/v1', bundle: { x: 1 } }];
    const started = await upstream(advising({ attestations: { '@acme/ui@1.0.0': bundle } }, nothing).script);
    for (let round = 0; round < 3; round++) {
      expect(JSON.parse((await about('@acme/ui')) ?? '')).toEqual({ attestations: bundle });
      expect(await about('unsigned')).toBeUndefined();
    }
    expect(started.requests.map(({ url }) => url)).toEqual([
      '/-/npm/v1/attestations/@acme%2Fui@1.0.0',
      '/-/npm/v1/attestations/unsigned@1.0.0',
    ]);
    await started.close();
    now += 25 * HOUR;
    expect(await about('@acme/ui')).toBeDefined();
    await expect(about('new')).rejects.toMatchObject({ code: 'upstream_down' });
  });

  test('there is room for so much, and the oldest goes first', async () => {
    await store.upstreamAnswers.put([row('a', 1), row('b', 2), row('c', 3), row('d', 4, null)]);
    await store.upstreamAnswers.put([row('b', 5, 'new')]);
    const left = async () =>
      (await store.upstreamAnswers.get(registry.id, 'u', ['a', 'b', 'c', 'd'])).map(({ key, body }) => [
        key,
        body?.length ?? null,
      ]);
    await store.upstreamAnswers.prune({ before: 0, mostBytes: 1_000_000 });
    expect(sorted(await left())).toEqual([
      ['a', 1000],
      ['b', 3],
      ['c', 1000],
      ['d', null],
    ]);
    await store.upstreamAnswers.prune({ before: 0, mostBytes: 2000 });
    expect(sorted(await left())).toEqual([
      ['b', 3],
      ['c', 1000],
      ['d', null],
    ]);
    await store.upstreamAnswers.prune({ before: 5, mostBytes: 2000 });
    expect(await left()).toEqual([['b', 3]]);
  });
});
