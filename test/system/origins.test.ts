import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { api, problemOf, session } from '../setup/api.ts';
import { startInProcess, type InProcess } from '../setup/in-process.ts';
import { packageTarball, packageUrl, publish, publishBody, register } from '../setup/publish.ts';
import { realPackage, scriptedUpstream, serves, type ScriptedUpstream } from '../upstream/index.ts';

let upstream: ScriptedUpstream;
let server: InProcess;
let chef: string;
let anna: string;
let berta: string;

beforeAll(async () => {
  upstream = await scriptedUpstream();
  const names = [
    'my-package',
    'taken',
    'kept',
    '@acme/public',
    'acme-ui',
    'late',
    'staged',
    'shop',
    'demanded',
    'known',
  ];
  const packages = await Promise.all(names.map((name) => realPackage(name, ['1.0.0'], upstream.url)));
  upstream.script = serves(...packages);
  const password = 'a long pass phrase of the chef';
  server = await startInProcess({
    KONTOR_ADMIN_USER: 'chef',
    KONTOR_ADMIN_PASS: password,
    KONTOR_NPM_UPSTREAM: upstream.url,
  });
  chef = await session(server, 'chef', password);
  anna = await register(server, 'anna');
  berta = await register(server, 'berta');
});
beforeEach(() => {
  upstream.requests.length = 0;
});
afterAll(async () => {
  await server.stop();
  await upstream.close();
});

const read = async (name: string, token?: string) => {
  const response = await fetch(packageUrl(server, name), {
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  });
  const body = (await response.json()) as { versions?: object };
  return { status: response.status, versions: Object.keys(body.versions ?? {}) };
};
const tarball = async (name: string, version = '1.0.0') => {
  const file = `${name.split('/').at(-1)}-${version}.tgz`;
  const response = await fetch(`${packageUrl(server, name)}/-/${file}`);
  await response.arrayBuffer();
  return response.status;
};
const claim = (pattern: string, body: object = {}, token = chef) =>
  api(server, 'PUT', `/registries/npm/claims/${encodeURIComponent(pattern)}`, { token, body });
const release = (pattern: string) =>
  api(server, 'DELETE', `/registries/npm/claims/${encodeURIComponent(pattern)}`, { token: chef });
const eventOf = async (type: string, name: string) => {
  const answer = await api(server, 'GET', `/audit?type=${type}&package=${encodeURIComponent(name)}`, {
    token: chef,
  });
  // The newest comes first; that of the first version is asked for.
  return (answer.body as { events: { detail: object }[] }).events.at(-1)?.detail;
};

describe('a name that an upstream has', () => {
  test('may be published while nothing of it was served here, says so, and is ours from then on [P-39]', async () => {
    expect(await read('my-package')).toEqual({ status: 200, versions: ['1.0.0'] });
    const first = await publish(server, anna, 'my-package', '3.0.0');
    expect(first.status).toBe(201);
    expect(first.notice).toMatch(/upstream registry has a package called my-package/);
    upstream.requests.length = 0;
    expect(await read('my-package')).toEqual({ status: 200, versions: ['3.0.0'] });
    expect(await tarball('my-package')).toBe(404);
    expect(await tarball('my-package', '3.0.0')).toBe(200);
    expect(await publish(server, anna, 'my-package', '3.1.0')).toMatchObject({ status: 201, notice: null });
    expect(upstream.requests).toEqual([]);
    await expect.poll(() => eventOf('package.publish', 'my-package')).toMatchObject({ alsoUpstream: true });
  });

  test("is the upstream's once a tarball of it was served, until an administrator takes it over", async () => {
    expect(await tarball('taken')).toBe(200);
    const refused = await publish(server, anna, 'taken', '2.0.0');
    expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('upstream')]);
    expect(problemOf(await claim('taken', {}, anna))).toEqual([403, 'forbidden']);
    const taken = await claim('taken', { reason: 'was ours before' });
    expect([taken.status, taken.body]).toEqual([201, { versionsTaken: 1 }]);
    expect(await tarball('taken')).toBe(404);
    expect((await read('taken')).status).toBe(404);
    const again = await publish(server, anna, 'taken', '1.0.0');
    expect([again.status, again.text]).toEqual([403, expect.stringContaining('previously published')]);
    expect(await publish(server, anna, 'taken', '2.0.0')).toMatchObject({ status: 201, notice: null });
    expect(await read('taken')).toEqual({ status: 200, versions: ['2.0.0'] });
    expect((await publish(server, berta, 'taken', '2.1.0')).status).toBe(403);
  });

  test('is kept for whom the administrator names', async () => {
    expect(await tarball('kept')).toBe(200);
    expect((await claim('kept', { owner: 'berta' })).status).toBe(201);
    expect((await publish(server, anna, 'kept', '2.0.0')).status).toBe(403);
    expect((await publish(server, berta, 'kept', '2.0.0')).status).toBe(201);
    expect(problemOf(await claim('free', { owner: 'nobody-at-all' }))).toEqual([422, 'user_unknown']);
    expect(problemOf(await claim('free-*', { owner: 'berta' }))).toEqual([400, 'bad_request']);
  });

  test('is never asked for while a pattern covers it, and comes back when that is released', async () => {
    expect(await tarball('@acme/public')).toBe(200);
    expect((await claim('@acme/*', { reason: 'our scope' })).status).toBe(201);
    upstream.requests.length = 0;
    expect((await read('@acme/public')).status).toBe(404);
    expect((await read('@acme/never')).status).toBe(404);
    expect(await tarball('@acme/public')).toBe(404);
    expect(await tarball('@acme/never')).toBe(404);
    for (const path of [
      '@acme%2fnever/1.0.0',
      '-/package/@acme%2fnever/dist-tags',
      '@acme%2fpublic/latest',
    ]) {
      expect((await fetch(`${server.url}/npm/${path}`)).status).toBe(404);
    }
    expect(await publish(server, anna, '@acme/own', '1.0.0')).toMatchObject({ status: 201, notice: null });
    expect(upstream.requests).toEqual([]);
    const list = await api(server, 'GET', '/registries/npm/claims', { token: chef });
    expect(list.body).toMatchObject({
      claims: expect.arrayContaining([
        expect.objectContaining({ pattern: '@acme/*', from: 'claim', by: 'chef', reason: 'our scope' }),
      ]),
    });
    expect((await release('@acme/*')).status).toBe(204);
    expect(await tarball('@acme/public')).toBe(200);
    expect(await read('@acme/own')).toEqual({ status: 200, versions: ['1.0.0'] });
    expect(upstream.requests).toEqual([]);
  });

  test('and that a pattern covers is taken over by the first who publishes it', async () => {
    expect(await tarball('acme-ui')).toBe(200);
    await claim('acme-*');
    expect(await publish(server, anna, 'acme-ui', '2.0.0')).toMatchObject({ status: 201 });
    expect(await read('acme-ui')).toEqual({ status: 200, versions: ['2.0.0'] });
    expect(await tarball('acme-ui')).toBe(404);
    await release('acme-*');
    expect(await read('acme-ui')).toEqual({ status: 200, versions: ['2.0.0'] });
  });

  test('is told of a staged version too', async () => {
    const response = await fetch(`${server.url}/npm/-/stage/package/staged`, {
      method: 'POST',
      headers: { authorization: `Bearer ${anna}`, 'content-type': 'application/json' },
      body: JSON.stringify(publishBody('staged', '2.0.0', await packageTarball('staged', '2.0.0'))),
    });
    expect(response.status).toBe(201);
    expect(response.headers.get('npm-notice')).toMatch(/upstream registry has a package called staged/);
  });

  test('may be published while the upstream does not answer, or answers nonsense', async () => {
    const usual = upstream.script;
    upstream.script = () => {};
    expect(await publish(server, anna, 'late', '2.0.0')).toMatchObject({ status: 201, notice: null });
    upstream.script = (_request, response) => response.writeHead(500).end();
    expect(await publish(server, anna, 'shop', '2.0.0')).toMatchObject({ status: 201, notice: null });
    upstream.script = usual;
  });
});

test.each(['@acme', 'a b', 'a*b', '*a', ''])('%j is refused as a claim', async (pattern) => {
  const { status } = await claim(pattern);
  expect([404, 400, 422]).toContain(status);
});

const notice = async (name: string, token = berta) => (await publish(server, token, name, '1.0.0')).notice;

describe('a new name that looks like one of ours', () => {
  beforeAll(async () => {
    for (const name of ['@harbour/utils', '@harbour/ui', '@harbour/secrets', '@cellar/vault']) {
      await publish(server, anna, name, '1.0.0');
    }
    for (const name of ['@harbour/secrets', '@cellar/vault']) {
      await api(server, 'PUT', `/registries/npm/packages/${encodeURIComponent(name)}/visibility`, {
        token: anna,
        body: { visibility: 'private' },
      });
    }
  });

  test('is published with a warning that names it, and its event tells', async () => {
    expect(await notice('@harbuor/ui')).toMatch(/@harbuor\/ui looks like @harbour,/);
    expect(await notice('@harbour/utlis', anna)).toMatch(/looks like @harbour\/utils,/);
    expect(await notice('harbour-ui')).toMatch(/looks like @harbour\/ui,/);
    expect(await notice('harbourutils')).toMatch(/looks like @harbour\/utils,/);
    await expect
      .poll(() => eventOf('package.publish', 'harbour-ui'))
      .toMatchObject({ similarTo: expect.arrayContaining(['@harbour/ui']) });
  });

  test('is published without one where nothing is near, and at its second version', async () => {
    expect(await notice('@elsewhere/ui')).toBeNull();
    expect(await notice('something-else')).toBeNull();
    expect(await notice('@harbour/parser', anna)).toBeNull();
    expect((await publish(server, berta, 'harbour-ui', '1.1.0')).notice).toBeNull();
  });

  test('does not tell of packages that the publisher may not see', async () => {
    expect(await notice('@cellra/vault')).toBeNull();
    expect(await notice('harbour-secrets')).toBeNull();
    expect(await notice('@celar/vault', anna)).toMatch(/looks like @cellar/);
  });
});

const explain = async (name: string, token?: string) => {
  const path = `/registries/npm/explain/${encodeURIComponent(name)}`;
  return (await api(server, 'GET', path, token === undefined ? {} : { token })).body;
};

describe('whose a name is', () => {
  test('is told to whoever may read it, and to administrators why', async () => {
    expect(await explain('my-package')).toEqual({
      registry: 'npm',
      name: 'my-package',
      origin: 'ours',
      since: expect.any(String),
      by: 'anna',
      versions: 2,
      details: null,
    });
    expect(await explain('taken', chef)).toMatchObject({
      origin: 'ours',
      by: 'anna',
      details: {
        claim: { pattern: 'taken', from: 'claim', by: 'chef', reason: 'was ours before' },
        asks: [],
        document: null,
      },
    });
    expect(await explain('@acme/public', chef)).toMatchObject({
      origin: 'upstream',
      versions: 1,
      details: {
        claim: null,
        asks: [{ url: upstream.url, pattern: null }],
        document: { status: 'found', upstream: upstream.url, freshUntil: expect.any(String) },
      },
    });
    expect(await explain('nothing-here', chef)).toMatchObject({
      origin: 'free',
      since: null,
      details: { document: null },
    });
    await claim('@acme/*');
    expect(await explain('@acme/public')).toMatchObject({ origin: 'claimed', versions: 0, details: null });
    expect(await explain('@acme/public', chef)).toMatchObject({
      origin: 'claimed',
      versions: 1,
      details: { claim: { pattern: '@acme/*' }, asks: [], document: null },
    });
    await release('@acme/*');
  });

  test('is told of a hidden package as of a name that is free', async () => {
    const hidden = await explain('@cellar/vault', berta);
    expect(hidden).toEqual({ ...((await explain('@free/vault', berta)) as object), name: '@cellar/vault' });
    expect(await explain('@cellar/vault', anna)).toMatchObject({ origin: 'ours', by: 'anna' });
  });
});

describe('a registry that demands claims', () => {
  beforeAll(async () => {
    await api(server, 'PATCH', '/registries/npm/policy', { token: chef, body: { requireClaim: true } });
  });
  afterAll(async () => {
    await api(server, 'PATCH', '/registries/npm/policy', { token: chef, body: { requireClaim: false } });
  });

  test('takes a name that an upstream has only when it was claimed, and others as ever', async () => {
    const refused = await publish(server, anna, 'demanded', '2.0.0');
    expect([refused.status, refused.text]).toEqual([
      403,
      expect.stringContaining('kontor registry claim demanded'),
    ]);
    await claim('demanded');
    expect((await publish(server, anna, 'demanded', '2.0.0')).status).toBe(201);
    expect((await publish(server, anna, 'nobody-has-this-one', '1.0.0')).status).toBe(201);
  });
});

describe('what is stored of the upstream while it does not answer', () => {
  test('is enough to tell the publisher', async () => {
    const usual = upstream.script;
    await read('known');
    upstream.script = () => {};
    expect((await publish(server, anna, 'known', '2.0.0')).notice).toMatch(/upstream registry has a package/);
    upstream.script = usual;
  });
});
