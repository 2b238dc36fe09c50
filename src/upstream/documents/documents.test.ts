import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { memoryUpstreamDocuments } from '../../../test/contracts/memory-upstream-documents.ts';
import {
  after,
  answers,
  scriptedPackage,
  scriptedUpstream,
  serves,
  when,
  type ScriptedUpstream,
} from '../../../test/upstream/index.ts';
import { createNpmRemote } from '../../formats/npm/remote.ts';
import { defaultPolicy, type UpstreamSettings } from '../../registry/index.ts';
import { UpstreamClient } from '../client.ts';
import { Turns } from '../lease.ts';
import { defaultTimeouts } from '../timeouts.ts';
import { Documents, type Remote, type UpstreamDocuments } from './index.ts';
import { npmRegistry as registry } from '../../../test/setup/rows.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const scope = { registry, policy: defaultPolicy };
const nobody = () => Promise.reject(new Error('a lease was asked for'));
const format = createNpmRemote();
afterAll(() => format.close());

let upstreams: ScriptedUpstream[];
let remotes: Remote[];
let store: UpstreamDocuments;
let documents: Documents;
let now: number;
let warnings: string[];

beforeEach(async () => {
  now = 1_700_000_000_000;
  warnings = [];
  upstreams = await Promise.all([scriptedUpstream(answers(404)), scriptedUpstream(answers(404))]);
  remotes = upstreams.map((upstream) => remoteOf(upstream));
  store = memoryUpstreamDocuments();
  documents = open();
});
afterEach(async () => {
  await Promise.all(remotes.map(({ client }) => client.close()));
  await Promise.all(upstreams.map((upstream) => upstream.close()));
});

function open(): Documents {
  return new Documents({
    remotesOf: () => Promise.resolve(remotes),
    ownUrls: () => [],
    documents: store,
    turns: new Turns({ leases: { acquire: nobody, release: nobody }, clock: () => now, shared: false }),
    clock: () => now,
    warn: (message) => warnings.push(message),
  });
}

function remoteOf({ url, port }: ScriptedUpstream, more: Partial<UpstreamSettings> = {}): Remote {
  const settings: UpstreamSettings = {
    name: `upstream-${port}`,
    url,
    names: [],
    authorization: null,
    timeouts: defaultTimeouts,
    freshness: 5 * MINUTE,
    missingFreshness: MINUTE,
    patience: 30_000,
    allowHosts: [],
    allowPrivate: false,
    ...more,
  };
  const source = { url, authorization: null, ca: null, strictTls: true, proxy: null, noProxy: ['127.0.0.1'] };
  const client = new UpstreamClient({ source, settings, storeId: 'store1', clock: () => now });
  return { settings, client, format };
}

/** One of the two upstreams. */
function at(index: number): ScriptedUpstream {
  const upstream = upstreams[index];
  if (!upstream) throw new Error('there are two');
  return upstream;
}
const has = (index: number, ...names: string[]) => {
  at(index).script = serves(...names.map((name) => scriptedPackage(name, ['1.0.0'], at(index).url)));
};
const asked = () => upstreams.map(({ requests }) => requests.length);
/** Which of the upstreams the document is from. */
const source = async (name: string) => {
  const held = await documents.read(scope, name);
  return held && upstreams.findIndex(({ url }) => url === held.head.upstream);
};

describe('of several upstreams', () => {
  test('the second is asked for what the first does not have, and the document remembers whom it is from', async () => {
    has(1, 'demo');
    expect(await source('demo')).toBe(1);
    expect(asked()).toEqual([1, 1]);
    expect(await source('demo')).toBe(1);
    expect(asked()).toEqual([1, 1]);
  });

  test('the second is not asked in place of one that is down', async () => {
    has(1, 'demo');
    at(0).script = answers(500);
    await expect(documents.read(scope, 'demo')).rejects.toMatchObject({ code: 'upstream_down' });
    expect(asked()).toEqual([1, 0]);
  });

  test('one that has the name by a pattern is the only one, also when it does not have it', async () => {
    remotes[1] = remoteOf(at(1), { names: ['@acme/*'] });
    has(0, '@acme/demo', 'demo');
    expect(await source('@acme/demo')).toBeUndefined();
    expect(asked()).toEqual([0, 1]);
    expect(await source('demo')).toBe(0);
    expect(asked()).toEqual([1, 1]);
  });

  test('one with patterns is not asked for other names', async () => {
    remotes[0] = remoteOf(at(0), { names: ['@acme/*'] });
    has(0, 'demo');
    expect(await source('demo')).toBeUndefined();
    expect(asked()).toEqual([0, 1]);
  });

  test('a document from one that is no longer in question counts for nothing, and neither does what it did not have', async () => {
    has(0, 'demo');
    await source('demo');
    await source('other');
    remotes = [remoteOf(at(1))];
    has(1, 'demo', 'other');
    expect(await source('demo')).toBe(1);
    expect(await source('other')).toBe(1);
    remotes = [];
    expect(await source('demo')).toBeUndefined();
  });

  test('a document from before there were several is that of the first, which is asked again', async () => {
    has(0, 'demo');
    await source('demo');
    const [head, body, index] = await Promise.all([
      store.find(7, 'demo'),
      store.body(7, 'demo'),
      store.index(7, 'demo'),
    ]);
    if (!head || !body || !index) throw new Error('nothing was stored');
    await store.put({ ...head, upstream: null, body, index, versions: ['1.0.0'] });
    expect(await documents.read(scope, 'demo')).toMatchObject({ warning: null });
    expect(asked()).toEqual([2, 0]);
  });
});

describe('when something goes wrong with one document', () => {
  test('others are asked for all the same', async () => {
    has(0, 'demo', 'other');
    await source('demo');
    await source('other');
    now += HOUR;
    const usual = at(0).script;
    at(0).script = (request, response) =>
      request.url === '/demo' ? response.writeHead(500).end() : usual(request, response);
    expect(await documents.read(scope, 'demo')).toMatchObject({ warning: 'failed' });
    expect(await documents.read(scope, 'other')).toMatchObject({ warning: null });
  });

  test('it is not tried again for ten seconds', async () => {
    has(0, 'demo');
    await source('demo');
    now += HOUR;
    at(0).script = answers(500);
    await source('demo');
    now += 9000;
    await source('demo');
    expect(asked()).toEqual([2, 0]);
    expect(warnings).toHaveLength(1);
    now += 1001;
    await source('demo');
    expect(asked()).toEqual([3, 0]);
  });

  test('everybody who waited hears the same error', async () => {
    at(0).script = after(50, answers(500));
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, () => documents.read(scope, 'demo')),
    );
    expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['rejected']));
    expect(asked()).toEqual([1, 0]);
  });
});

describe('a clock that is set back', () => {
  test('does not make a document fresh for ever', async () => {
    has(0, 'demo');
    await source('demo');
    now -= HOUR;
    await source('demo');
    await source('demo');
    expect(asked()).toEqual([2, 0]);
    now += 6 * MINUTE;
    await source('demo');
    expect(asked()).toEqual([3, 0]);
  });

  test('does not keep an upstream down', async () => {
    has(0, 'demo');
    await source('demo');
    now += HOUR;
    const usual = at(0).script;
    at(0).script = answers(500);
    await source('demo');
    now -= HOUR / 2;
    at(0).script = usual;
    expect(await documents.read(scope, 'demo')).toMatchObject({ warning: null });
  });

  test('by less than clocks of replicas differ costs no request', async () => {
    has(0, 'demo');
    await source('demo');
    now -= 2000;
    await source('demo');
    expect(asked()).toEqual([1, 0]);
  });
});

const recheck = async (wanted: string) => {
  const held = await documents.read(scope, 'demo');
  return held && documents.recheck(scope, held, wanted);
};

describe('what the stored document lacks', () => {
  test('is not asked for right after the upstream was asked anyway', async () => {
    has(0, 'demo');
    expect(await recheck('2.0.0')).toBeUndefined();
    expect(asked()).toEqual([1, 0]);
  });

  test('is asked for once a minute, each thing by itself', async () => {
    has(0, 'demo');
    await source('demo');
    expect(await recheck('2.0.0')).toBeUndefined();
    expect(await recheck('2.0.0')).toBeUndefined();
    expect(asked()).toEqual([2, 0]);
    now += 5000;
    await recheck('2.0.0');
    await recheck('3.0.0');
    expect(asked()).toEqual([3, 0]);
    now += MINUTE;
    await recheck('2.0.0');
    expect(asked()).toEqual([4, 0]);
  });

  test('is asked for no more than once in five seconds, whatever versions are invented', async () => {
    has(0, 'demo');
    await source('demo');
    for (let patch = 0; patch < 30; patch += 1) expect(await recheck(`9.9.${patch}`)).toBeUndefined();
    expect(asked()).toEqual([2, 0]);
    at(0).script = serves(scriptedPackage('demo', ['1.0.0', '9.9.29'], at(0).url));
    now += 4999;
    expect(await recheck('9.9.29')).toBeUndefined();
    now += 1;
    expect(await recheck('9.9.29')).toBeDefined();
    expect(asked()).toEqual([3, 0]);
  });

  test('is asked for again at once when the question could not be put', async () => {
    has(0, 'demo');
    await source('demo');
    const usual = at(0).script;
    at(0).script = answers(500);
    await expect(recheck('2.0.0')).rejects.toMatchObject({ code: 'upstream_down' });
    at(0).script = usual;
    now += 10_001;
    expect(await recheck('2.0.0')).toBeUndefined();
    expect(asked()).toEqual([3, 0]);
  });
});

test('bytes that were replaced meanwhile are the newer ones, and those of a package that is gone are a 404', async () => {
  has(0, 'demo');
  await source('demo');
  const held = await documents.read(scope, 'demo');
  if (!held) throw new Error('demo is there');
  const newer = { ...held.head, etag: 'newer', fetchedAt: now + 1, versions: [] };
  await store.put({ ...newer, body: new Uint8Array([1]), index: new Uint8Array([2]) });
  expect(await documents.body(held)).toEqual(new Uint8Array([1]));
  await store.put({ ...newer, status: 'missing', etag: '', body: null, index: null });
  await expect(documents.body(held)).rejects.toMatchObject({ code: 'package_not_found' });
});

test('a document that comes again with the same bytes is still the same state of it', async () => {
  const demo = JSON.stringify(scriptedPackage('demo', ['1.0.0'], at(0).url).packument);
  at(0).script = answers(200, demo);
  const before = await documents.read(scope, 'demo');
  now += HOUR;
  const later = await documents.read(scope, 'demo');
  expect(asked()).toEqual([2, 0]);
  expect(later?.head).toEqual({ ...before?.head, checkedAt: now });
});

test('10,000 stale packages at once make no more than 16 requests in flight, and nobody waits for long', async () => {
  remotes = [remoteOf(at(0), { patience: 200 })];
  const names = Array.from({ length: 10_000 }, (_, n) => `demo-${n}`);
  for (const name of names) {
    await store.put({
      registryId: 7,
      name,
      upstream: at(0).url,
      status: 'found',
      upstreamEtag: '"1"',
      lastModified: null,
      checkedAt: now - HOUR,
      fetchedAt: now - HOUR,
      etag: 'stored',
      body: new Uint8Array(1),
      index: new Uint8Array(1),
      versions: [],
    });
  }
  const gate = Promise.withResolvers<void>();
  at(0).script = when(gate.promise, answers(304, '', { etag: '"1"' }));
  const found = await Promise.all(names.map((name) => documents.read(scope, name)));
  expect(new Set(found.map((held) => held?.warning))).toEqual(new Set(['stale']));
  gate.resolve();
  await expect.poll(async () => (await store.find(7, 'demo-0'))?.checkedAt).toBe(now);
  await expect.poll(() => at(0).inFlight, { timeout: 20_000 }).toBe(0);
  expect(at(0).peak).toBeLessThanOrEqual(16);
  const urls = at(0).requests.map(({ url }) => url);
  expect(new Set(urls).size).toBe(urls.length);
});
