import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../setup/resources.ts';
import { kontor, startKontor, type RunningKontor } from '../setup/server.ts';
import {
  after,
  answers,
  dead,
  nonsense,
  notModified,
  page,
  retryLater,
  scriptedPackage,
  scriptedUpstream,
  serves,
  silent,
  when,
  withHeaders,
  type Script,
  type ScriptedUpstream,
} from '../upstream/index.ts';

let upstream: ScriptedUpstream;
let server: RunningKontor;
let name: string;
let made = 0;

/** `npm` with the defaults, and others in which everything is stale at once: in `hasty` nobody waits for long. */
const settings = (url: string) => `
registries:
  npm:
    upstreams: [{ url: '${url}' }]
  stale:
    upstreams: [{ url: '${url}', freshness: 1ms, missingFreshness: 1ms, patience: 30s }]
  hasty:
    upstreams: [{ url: '${url}', freshness: 1ms, patience: 200ms }]
  keep:
    upstreams: [{ url: '${url}', freshness: 1ms, missingFreshness: 1ms, patience: 30s }]
    vanished: keep
  off:
    upstreams: [{ url: '${url}', freshness: 1ms }]
    offline: true
`;

beforeAll(async () => {
  upstream = await scriptedUpstream();
  const cwd = temporaryFolder('cwd');
  writeFileSync(join(cwd, 'kontor.yaml'), settings(upstream.url));
  server = await startKontor({ cwd, env: { KONTOR_NPM_UPSTREAM: undefined } });
  for (const registry of ['stale', 'hasty', 'keep', 'off']) {
    const { code, stderr } = await kontor(['registry', 'create', registry, '--format', 'npm'], {
      cwd,
      env: { KONTOR_DATA: server.data },
    });
    if (code !== 0) throw new Error(stderr);
  }
});
afterAll(() => upstream.close());
beforeEach(() => {
  made += 1;
  name = `demo-${made}`;
  upstream.requests.length = 0;
  upstream.peak = 0;
});

const has = (versions: string[], more: object = {}): Script => {
  const demo = scriptedPackage(name, versions, upstream.url);
  return serves({ ...demo, packument: { ...demo.packument, ...more } });
};
const get = async (path: string, registry = 'stale') => {
  const response = await fetch(`${server.url}/${registry}/${path}`);
  const body = (await response.json().catch(() => undefined)) as
    | {
        error?: string;
        versions?: Record<string, { deprecated?: string; dist: { tarball: string } }>;
        'dist-tags'?: Record<string, string>;
      }
    | undefined;
  return { status: response.status, header: (of: string) => response.headers.get(of), body };
};
const versions = async (registry = 'stale') => Object.keys((await get(name, registry)).body?.versions ?? {});
/** Status of a tarball's URL. */
const tarball = async (version: string, registry = 'stale') => {
  const response = await fetch(`${server.url}/${registry}/${name}/-/${name}-${version}.tgz`);
  await response.arrayBuffer().catch(() => undefined);
  return response.status;
};

describe('a document from upstream', () => {
  test('is asked for once, however many want it at once, and again only when it is stale', async () => {
    upstream.script = after(200, has(['1.0.0']));
    const found = await Promise.all(Array.from({ length: 200 }, () => get(name, 'npm')));
    expect(new Set(found.map(({ status }) => status))).toEqual(new Set([200]));
    expect(found[0]?.body?.versions).toHaveProperty('1.0.0');
    await get(name, 'npm');
    expect(upstream.requests).toHaveLength(1);
  });

  test('that is stale is asked for with its ETag, and a 304 renews it', async () => {
    upstream.script = has(['1.0.0']);
    await get(name);
    const { status, header } = await get(name);
    expect([status, header('warning')]).toEqual([200, null]);
    expect(upstream.requests[1]?.headers['if-none-match']).toMatch(/^"/);
  });

  test('brings deprecations, tags and unpublished versions of the upstream with the next revalidation', async () => {
    upstream.script = has(['1.0.0', '1.1.0']);
    expect(await versions()).toEqual(['1.0.0', '1.1.0']);
    const next = scriptedPackage(name, ['1.0.0'], upstream.url, {
      manifest: () => ({ deprecated: 'use another' }),
      tags: { beta: '1.0.0' },
    });
    upstream.script = serves(next);
    const { body } = await get(name);
    expect(Object.keys(body?.versions ?? {})).toEqual(['1.0.0']);
    expect(body?.versions?.['1.0.0']?.deprecated).toBe('use another');
    expect(body?.['dist-tags']).toEqual({ latest: '1.0.0', beta: '1.0.0' });
  });

  test.each<[string, (usual: Script) => Script]>([
    ['a 304 about another document', () => notModified('"other"')],
    [
      'a document that is older than ours',
      (usual) => withHeaders(usual, { 'last-modified': 'Mon, 01 Jan 2024 00:00:00 GMT' }),
    ],
  ])('is fetched as a whole, once, after %s', async (_, contradicting) => {
    upstream.script = withHeaders(has(['1.0.0']), { 'last-modified': 'Thu, 01 Jan 2026 00:00:00 GMT' });
    await get(name);
    const next = has(['1.0.0', '2.0.0']);
    const wrong = contradicting(next);
    upstream.script = (request, response) =>
      request.headers['cache-control'] === 'no-cache' ? next(request, response) : wrong(request, response);
    expect(await versions()).toEqual(['1.0.0', '2.0.0']);
    expect(upstream.requests).toHaveLength(3);
    expect(upstream.requests[2]?.headers['if-none-match']).toBeUndefined();
  });

  test('of an upstream that is slow is given as it is stored, and the newer one is there when it has come', async () => {
    upstream.script = has(['1.0.0']);
    await get(name, 'hasty');
    const gate = Promise.withResolvers<void>();
    upstream.script = when(gate.promise, has(['1.0.0', '2.0.0']));
    const { header, body } = await get(name, 'hasty');
    expect(header('warning')).toBe('110 - "Response is Stale"');
    expect(Object.keys(body?.versions ?? {})).toEqual(['1.0.0']);
    gate.resolve();
    await expect.poll(() => versions('hasty')).toEqual(['1.0.0', '2.0.0']);
  });

  test.each<[string, Script]>([
    ['breaks the connection', dead],
    ['sends a log-in page', page],
    ['sends nonsense', nonsense],
    ['answers 500', answers(500)],
    ['refuses us', answers(401)],
    ['says 304 whatever is asked', notModified('"other"')],
  ])('of an upstream that %s is given as it is stored, with a warning', async (_, script) => {
    upstream.script = has(['1.0.0']);
    await get(name);
    upstream.script = script;
    const { status, header, body } = await get(name);
    expect([status, header('warning')]).toEqual([200, '111 - "Revalidation Failed"']);
    expect(Object.keys(body?.versions ?? {})).toEqual(['1.0.0']);
    upstream.requests.length = 0;
    await get(name);
    const tags = await get(`-/package/${name}/dist-tags`);
    expect([tags.status, tags.header('warning')]).toEqual([200, '111 - "Revalidation Failed"']);
    expect(upstream.requests).toHaveLength(0);
  });
});

describe('what is not stored', () => {
  test.each<[string, Script]>([
    ['breaks the connection', dead],
    ['answers 500', answers(500)],
    ['sends nonsense', nonsense],
  ])('of an upstream that %s is 503 with Retry-After, never 404', async (_, script) => {
    upstream.script = script;
    const { status, header, body } = await get(name);
    expect(status).toBe(503);
    expect(Number(header('retry-after'))).toBeGreaterThan(0);
    expect(body?.error).toContain('Try again later.');
  });

  test('and not there is 404, which is remembered', async () => {
    upstream.script = has([]);
    name = 'nothing';
    for (const _ of [1, 2, 3]) expect((await get(name, 'npm')).status).toBe(404);
    expect(upstream.requests).toHaveLength(1);
  });
});

describe('a version that our copy of the document lacks', () => {
  beforeEach(async () => {
    upstream.script = has(['1.0.0']);
    await get(name, 'npm');
    upstream.requests.length = 0;
  });

  test('makes the upstream be asked, once, and is found if it was published since', async () => {
    upstream.script = has(['1.0.0', '1.0.1']);
    expect((await get(`${name}/1.0.1`, 'npm')).status).toBe(200);
    expect(await tarball('1.0.1', 'npm')).toBe(200);
    expect(await versions('npm')).toEqual(['1.0.0', '1.0.1']);
    expect(upstream.count(`/${name}`)).toBe(1);
  });

  test('is 404 after that, and the upstream is not asked for it again', async () => {
    const found = await Promise.all(Array.from({ length: 20 }, () => get(`${name}/9.9.9`, 'npm')));
    expect(new Set(found.map(({ status }) => status))).toEqual(new Set([404]));
    expect((await get(`${name}/9.9.9`, 'npm')).status).toBe(404);
    expect(upstream.requests).toHaveLength(1);
  });

  test('cannot be said to be missing by an upstream that is down', async () => {
    upstream.script = answers(500);
    expect((await get(`${name}/9.9.9`, 'npm')).status).toBe(503);
    expect(await tarball('9.9.9', 'npm')).toBe(503);
  });
});

describe('what the upstream takes back', () => {
  test('is gone here, by its direct URL too, until it is back', async () => {
    upstream.script = has(['1.0.0', '1.1.0']);
    expect(await tarball('1.0.0')).toBe(200);
    upstream.script = has(['1.1.0']);
    expect(await versions()).toEqual(['1.1.0']);
    expect(await tarball('1.0.0')).toBe(404);
    upstream.script = has(['1.0.0', '1.1.0']);
    expect(await tarball('1.0.0')).toBe(200);
  });

  test('stays where the operator wants it, in the document and by its direct URL', async () => {
    upstream.script = has(['1.0.0', '1.1.0']);
    expect(await tarball('1.0.0', 'keep')).toBe(200);
    upstream.script = has(['1.1.0']);
    const { body } = await get(name, 'keep');
    expect(Object.keys(body?.versions ?? {}).toSorted()).toEqual(['1.0.0', '1.1.0']);
    const url = `${server.url}/keep/${name}/-/${name}-1.0.0.tgz`;
    expect(body?.versions?.['1.0.0']?.dist).toMatchObject({
      tarball: url,
      integrity: expect.stringContaining('sha512-'),
    });
    expect((await get(`${name}/1.0.0`, 'keep')).status).toBe(200);
    expect(await tarball('1.0.0', 'keep')).toBe(200);

    upstream.script = answers(404);
    expect(await versions('keep')).toEqual(['1.0.0']);
    expect((await get(name, 'keep')).body?.['dist-tags']).toEqual({ latest: '1.0.0' });
  });

  test('as a whole is 404', async () => {
    upstream.script = has(['1.0.0']);
    expect(await tarball('1.0.0')).toBe(200);
    upstream.script = answers(404);
    expect((await get(name)).status).toBe(404);
    expect(await tarball('1.0.0')).toBe(404);
  });
});

describe('a registry that is offline', () => {
  test('asks nobody and says so, with 503, for what it does not have', async () => {
    upstream.script = has(['1.0.0']);
    const { status, body } = await get(name, 'off');
    expect(status).toBe(503);
    expect(body?.error).toContain('offline');
    expect(upstream.requests).toHaveLength(0);
  });
});

test('a silent upstream does not hold up who could be given the stored copy', async () => {
  upstream.script = has(['1.0.0']);
  await get(name, 'hasty');
  upstream.script = silent;
  const found = await Promise.all(Array.from({ length: 20 }, () => get(name, 'hasty')));
  expect(new Set(found.map(({ header }) => header('warning')))).toEqual(
    new Set(['110 - "Response is Stale"']),
  );
  expect(upstream.requests).toHaveLength(2);
});

describe('a name whose upstream cannot be asked at all', () => {
  test('is served as stored while the upstream wants to be left alone', async () => {
    const other = `${name}-other`;
    const usual = [name, other].map((each) => scriptedPackage(each, ['1.0.0'], upstream.url));
    upstream.script = serves(...usual);
    await Promise.all([get(name), get(other)]);
    upstream.script = retryLater(429, 3);
    expect((await get(name)).header('warning')).toBe('111 - "Revalidation Failed"');
    expect((await get(other)).header('warning')).toBe('111 - "Revalidation Failed"');
    expect(upstream.requests).toHaveLength(3);
    const { status, header } = await get(`${name}-unknown`);
    expect([status, header('retry-after')]).toEqual([503, expect.stringMatching(/^[123]$/)]);
    upstream.script = serves(...usual);
    await expect.poll(async () => (await get(name)).header('warning'), { timeout: 10_000 }).toBeNull();
  });

  test('is served as stored at once, without a try for each of many names', async () => {
    const names = Array.from({ length: 30 }, (_, n) => `${name}-${n}`);
    upstream.script = serves(...names.map((each) => scriptedPackage(each, ['1.0.0'], upstream.url)));
    for (const each of names) expect((await get(each)).status).toBe(200);
    await upstream.close();
    const found = [];
    for (const each of names) found.push(await get(each));
    await upstream.reopen();
    expect(new Set(found.map(({ status, header }) => `${status} ${header('warning')}`))).toEqual(
      new Set(['200 111 - "Revalidation Failed"']),
    );
    expect(server.logs().match(/Serving the stored/g)?.length).toBeLessThan(30);
  });
});
