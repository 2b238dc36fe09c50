import { beforeAll, describe, expect, test } from 'vitest';
import { packageUrl, packageTarball, publishBody, register } from '../setup/publish.ts';
import { startKontor, type RunningKontor } from '../setup/server.ts';

let server: RunningKontor;
let anna: string;
let berta: string;

beforeAll(async () => {
  server = await startKontor();
  anna = await register(server, 'anna');
  berta = await register(server, 'berta');
  await publish(anna, 'json-parser', { description: 'Parses quickly', keywords: ['parser'] });
  await publish(anna, '@acme/json', { description: 'For Acme', keywords: ['acme'] });
  await publish(anna, '@acme/secret-json', { description: 'For few' }, 'restricted');
  await publish(berta, 'yaml', { description: 'Reads YAML', keywords: ['parser'] });
});

async function publish(token: string, name: string, manifest: object, access = 'public'): Promise<void> {
  const tarball = await packageTarball(name, '1.0.0', {
    'package/package.json': JSON.stringify({ name, version: '1.0.0', ...manifest }),
  });
  const body = publishBody(name, '1.0.0', tarball);
  Object.assign(body.versions['1.0.0'] ?? {}, manifest);
  const response = await fetch(packageUrl(server, name), {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ ...body, access }),
  });
  expect(await response.text()).toContain('"ok":true');
}

async function ask(query: string, token?: string) {
  const response = await fetch(`${server.url}/npm/-/v1/search${query}`, {
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** Total and names of what is found. */
async function found(query: string, token?: string) {
  const { status, body } = await ask(query, token);
  expect(status).toBe(200);
  const objects = body['objects'] as { package: { name: string } }[];
  return { total: body['total'], names: objects.map(({ package: { name } }) => name) };
}

describe('A search', () => {
  test('shows what is private to its owners and administrators only, also in the total', async () => {
    const open = { total: 2, names: ['json-parser', '@acme/json'] };
    expect(await found('?text=json')).toEqual(open);
    expect(await found('?text=json', berta)).toEqual(open);
    expect(await found('?text=secret')).toEqual({ total: 0, names: [] });
    expect(await found('?text=secret&size=1', berta)).toEqual({ total: 0, names: [] });
    expect(await found('?text=secret', anna)).toEqual({ total: 1, names: ['@acme/secret-json'] });
  });

  test('narrows by owner, scope and keywords', async () => {
    expect((await found('?text=maintainer:berta')).names).toEqual(['yaml']);
    expect((await found('?text=parser%20author:anna')).names).toEqual(['json-parser']);
    expect((await found('?text=scope:acme')).names).toEqual(['@acme/json']);
    expect((await found('?text=keywords:acme,parser')).names.toSorted()).toEqual([
      '@acme/json',
      'json-parser',
      'yaml',
    ]);
    expect((await found('?text=keywords:parser%20not:deprecated%20reads')).names).toEqual(['yaml']);
  });

  test('pages, with at most 250 on a page', async () => {
    expect(await found('?text=&size=2')).toEqual({ total: 3, names: ['@acme/json', 'json-parser'] });
    expect(await found('?size=2&from=2')).toEqual({ total: 3, names: ['yaml'] });
    expect(await found('?size=0')).toEqual({ total: 3, names: [] });
    expect((await found('?size=100000&from=0')).names).toHaveLength(3);
    expect((await found('?from=999999999')).names).toEqual([]);
  });

  test('tells of each package what clients print', async () => {
    const { body } = await ask('?text=reads');
    expect(body['time']).toEqual(expect.stringMatching(/^\d{4}-.*Z$/));
    expect(body['objects']).toEqual([
      {
        package: {
          name: 'yaml',
          scope: 'unscoped',
          version: '1.0.0',
          description: 'Reads YAML',
          keywords: ['parser'],
          date: expect.stringMatching(/Z$/),
          links: { npm: `${server.url}/npm/yaml` },
          publisher: { username: 'berta', email: '' },
          maintainers: [{ username: 'berta', email: '' }],
        },
        score: { final: 1, detail: { quality: 1, popularity: 1, maintenance: 1 } },
        searchScore: 1,
      },
    ]);
  });

  test('for signs, marks of query languages and as many words as fit is a search like any other', async () => {
    const many = Array.from({ length: 125 }, (_, i) => String.fromCodePoint(0x3b1 + (i % 24))).join(' ');
    for (const text of [
      '\'"*:^()',
      '%_',
      'a" OR "b',
      'json AND',
      '--',
      '\\',
      'scope:%25',
      "author:'",
      many,
    ]) {
      expect((await found(`?text=${encodeURIComponent(text)}`)).names).toEqual([]);
    }
    expect((await found('?text=%ff%fe')).names).toEqual([]);
  });

  test('that cannot be read is refused in a shape that npm prints', async () => {
    for (const query of [
      '?size=-1',
      '?size=many',
      '?from=1e9',
      '?text=a&text=b',
      `?text=${'a'.repeat(251)}`,
    ]) {
      const { status, body } = await ask(query);
      expect([query, status]).toEqual([query, 400]);
      expect(body['error']).toMatch(/\.$/);
    }
    expect((await ask('?text=json', 'npm_garbage')).status).toBe(401);
    expect((await ask('?text=%00')).status).toBe(400);
  });
});
