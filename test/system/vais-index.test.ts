import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { api, problemOf, session } from '../setup/api.ts';
import { startInProcess, type InProcess } from '../setup/in-process.ts';
import { register } from '../setup/publish.ts';
import { readIndex, readPackage } from '../setup/vais-index.ts';
import { askVais, publishVais, type VaisPackageWish } from '../setup/vais-packages.ts';

const PASSWORD = 'a long pass phrase of the chef';

let server: InProcess;
let chef: string;
let anna: string;
let berta: string;

beforeAll(async () => {
  const admin = { KONTOR_ADMIN_USER: 'chef', KONTOR_ADMIN_PASS: PASSWORD };
  server = await startInProcess({ KONTOR_PROFILE: 'vais', KONTOR_REGISTRATION: 'open', ...admin });
  [anna, berta] = [await register(server, 'anna'), await register(server, 'berta')];
  chef = await session(server, 'chef', PASSWORD);
});
afterAll(() => server.stop());

const fetched = (path = '/index.json', headers: Record<string, string> = {}, method = 'GET') =>
  fetch(`${server.url}${path}`, { method, headers: { 'accept-encoding': 'identity', ...headers } });
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
/** Twice, for the second time the answer may be one that is known already. */
async function index(token?: string, path = '/index.json') {
  const headers = token === undefined ? {} : bearer(token);
  const [first, second] = [await fetched(path, headers), await fetched(path, headers)];
  const text = await first.text();
  expect(await second.text()).toBe(text);
  return readIndex(text);
}
const names = async (token?: string) => [...(await index(token)).keys()];
const versions = async (name: string) => (await index()).get(name)?.map(({ version }) => version);
const publish = async (wish: VaisPackageWish, token = anna) => {
  const answer = await publishVais(server, token, wish, { base: '' });
  expect(answer).toMatchObject({ status: 200 });
  return String(answer.body['checksum']);
};
const show = (name: string, visibility: string) =>
  api(server, 'PUT', `/registries/vais/packages/${name}/visibility`, { token: anna, body: { visibility } });
const yank = (what: string, how = 'yank') =>
  askVais(server, `/packages/${what}/${how}`, { token: anna, method: 'POST' });
/** Answers the block's id. */
const block = async (name: string, range?: string) => {
  const body = { registry: 'vais', name, reason: 'bad', ...(range !== undefined && { range }) };
  const answer = await api(server, 'POST', '/blocks', { token: chef, body });
  expect(answer.status).toBe(201);
  return String((answer.body as { id: unknown }).id);
};
const found = async (path: string, token?: string) => {
  const { status, body } = await askVais(server, path, { token });
  expect({ status, body }).toMatchObject({ status: 200 });
  return (body['packages'] as { name: string }[]).map(({ name }) => name);
};

describe('The index of a Vais registry', () => {
  test('[V-60] is an array from the first moment on', async () => {
    expect(await names()).toEqual([]);
  });

  test('[V-60] [V-14] has every version at the next request, in the shape that the original client reads', async () => {
    const more = 'keywords = ["json", "fast"]\ncategories = ["Parsing"]\nhomepage = "https://json.example"\n';
    const first = await publish({ name: 'json', dependencies: { bytes: '^1.0.0' }, more });
    expect(await versions('json')).toEqual(['1.0.0']);
    const second = await publish({ name: 'json', version: '1.1.0-rc.1', more });
    await publish({ name: 'bytes' }, berta);
    const text = await (await fetched()).text();
    expect([...readIndex(text).keys()]).toEqual(['bytes', 'json']);
    expect(JSON.parse(text)[1]).toEqual({
      name: 'json',
      description: 'The package json',
      versions: [
        { version: '1.1.0-rc.1', checksum: second, size: expect.any(Number) },
        {
          version: '1.0.0',
          checksum: first,
          dependencies: { bytes: { req: '^1.0.0' } },
          size: expect.any(Number),
        },
      ],
      authors: ['anna'],
      homepage: 'https://json.example',
      license: 'MIT',
      keywords: ['json', 'fast'],
    });
  });

  test('is the same at the base, below /api/v1 and at the path of the registry', async () => {
    const texts = await Promise.all(
      ['/index.json', '/api/v1/index.json', '/vais/index.json', '/vais/api/v1/index.json'].map(async (path) =>
        (await fetched(path)).text(),
      ),
    );
    expect(new Set(texts).size).toBe(1);
  });

  test('comes compressed to who takes that, and not at all to who has it', async () => {
    const plain = await fetched();
    const text = await plain.text();
    const packed = await fetch(`${server.url}/index.json`, { headers: { 'accept-encoding': 'gzip' } });
    expect(packed.headers.get('content-encoding')).toBe('gzip');
    expect(await packed.text()).toBe(text);
    for (const from of [plain, packed]) {
      const etag = from.headers.get('etag') ?? '';
      for (const encoding of ['gzip', 'identity']) {
        const again = await fetched('/index.json', { 'if-none-match': etag, 'accept-encoding': encoding });
        expect(again.status).toBe(304);
      }
    }
    const head = await fetched('/index.json', {}, 'HEAD');
    expect(head.headers.get('content-length')).toBe(String(Buffer.byteLength(text)));
    await publish({ name: 'json', version: '1.2.0' });
    const changed = await fetched('/index.json', { 'if-none-match': plain.headers.get('etag') ?? '' });
    expect(changed.status).toBe(200);
  });

  test.each(['/packages/json', '/packages/json/index.json'])(
    'has in %s a document too that comes compressed, and not at all to who has it',
    async (path) => {
      const [plain, packed] = [await fetched(path), await fetched(path, { 'accept-encoding': 'gzip' })];
      expect(packed.headers.get('content-encoding')).toBe('gzip');
      expect(await packed.text()).toBe(await plain.text());
      for (const from of [plain, packed]) {
        const known = { 'if-none-match': from.headers.get('etag') ?? '' };
        expect((await fetched(path, known)).status).toBe(304);
        expect((await fetched(path, { ...known, 'accept-encoding': 'gzip' })).status).toBe(304);
      }
      await yank('json/1.0.0');
      const changed = await fetched(path, { 'if-none-match': plain.headers.get('etag') ?? '' });
      expect([changed.status, await changed.text()]).toEqual([200, expect.stringContaining('"yanked":true')]);
      await yank('json/1.0.0', 'unyank');
    },
  );

  test('[V-60] [V-63] marks what was yanked, and says what the best of the others says', async () => {
    await yank('json/1.2.0');
    expect((await index()).get('json')?.map(({ version, yanked }) => [version, yanked])).toEqual([
      ['1.2.0', true],
      ['1.1.0-rc.1', false],
      ['1.0.0', false],
    ]);
    await yank('json/1.2.0', 'unyank');
    expect((await index()).get('json')?.[0]?.yanked).toBe(false);
  });

  test('lists a package all of which was yanked, which no search finds', async () => {
    await publish({ name: 'regret' });
    expect(await found('/search?q=regret')).toEqual(['regret']);
    await yank('regret/1.0.0');
    expect((await index()).get('regret')).toMatchObject([{ yanked: true }]);
    expect(await found('/search?q=regret')).toEqual([]);
  });

  test('names the owners of the moment', async () => {
    const username = { username: 'anna' };
    await askVais(server, '/packages/bytes/owners', { token: berta, method: 'POST', json: username });
    expect(JSON.parse(await (await fetched()).text())[0].authors).toEqual(['berta', 'anna']);
  });

  test('has packages that are not public for those alone who may see them', async () => {
    await publish({ name: 'hidden-one' });
    await publish({ name: 'inner' });
    const before = await names();
    expect((await show('hidden-one', 'private')).status).toBe(204);
    await show('inner', 'internal');
    expect(before).toEqual(['bytes', 'hidden-one', 'inner', 'json', 'regret']);
    expect(await names()).toEqual(['bytes', 'json', 'regret']);
    expect(await names(berta)).toEqual(['bytes', 'inner', 'json', 'regret']);
    expect(await names(anna)).toEqual(before);
    const own = await fetch(`${server.url}/index.json`, {
      headers: { 'accept-encoding': 'gzip', ...bearer(anna) },
    });
    expect(own.headers.get('cache-control')).toBe('private, no-cache');
    expect([...readIndex(await own.text()).keys()]).toEqual(before);
    for (const [token, status] of [
      [anna, 200],
      [berta, 404],
    ] as const) {
      expect((await askVais(server, '/packages/hidden-one/index.json', { token })).status).toBe(status);
    }
    await show('inner', 'public');
    expect(await names()).toEqual(['bytes', 'inner', 'json', 'regret']);
  });

  test('hides what is blocked from the next request on, and shows it when the block is gone', async () => {
    const ids = [await block('json', '>=1.2.0'), await block('inner')];
    expect(await versions('json')).toEqual(['1.1.0-rc.1', '1.0.0']);
    expect(await versions('inner')).toBeUndefined();
    expect(await found('/search?q=inner')).toEqual([]);
    for (const id of ids) await api(server, 'DELETE', `/blocks/${id}`, { token: chef });
    expect(await versions('json')).toEqual(['1.2.0', '1.1.0-rc.1', '1.0.0']);
    expect(await versions('inner')).toEqual(['1.0.0']);
  });

  test('has a part for each package', async () => {
    const { status, body } = await askVais(server, '/packages/json/index.json');
    expect(status).toBe(200);
    const whole = JSON.parse(await (await fetched()).text()) as { name: string }[];
    expect(body).toEqual(whole.find(({ name }) => name === 'json'));
    expect(readPackage(body)[0]).toBe('json');
    expect(await askVais(server, '/packages/nothing/index.json')).toEqual({
      status: 404,
      body: { error: 'Package not found: nothing', status: 404 },
    });
  });

  test('is complete and whole while many publish at once', async () => {
    const wanted = Array.from({ length: 30 }, (_, at) => `many-${at}`);
    const running = new AbortController();
    const reader = (async () => {
      while (!running.signal.aborted) readIndex(gunzipSync(await gzipped()).toString());
    })();
    await Promise.all(
      wanted.map(async (name) => {
        await publish({ name });
        expect(readIndex(await (await fetched()).text()).has(name)).toBe(true);
      }),
    );
    running.abort();
    await reader;
    expect(await names()).toEqual(expect.arrayContaining(wanted));
  });
});

const become = (visibility: string) =>
  api(server, 'PATCH', '/registries/vais', { token: chef, body: { visibility } });
/** For nobody, and for a user who is no member. */
const statuses = async () =>
  Promise.all(
    [{}, bearer(berta)].map(async (headers) => (await fetched('/vais/index.json', headers)).status),
  );

test('[V-60] The index of a registry that is not public is for those alone who may see that', async () => {
  try {
    await become('internal');
    expect(await statuses()).toEqual([401, 200]);
    await become('private');
    expect(await statuses()).toEqual([401, 403]);
  } finally {
    await become('public');
  }
  expect(await statuses()).toEqual([200, 200]);
});

/** What is sent compressed, as it is sent. */
async function gzipped(): Promise<Buffer> {
  const { get } = await import('node:http');
  return new Promise((resolve, reject) => {
    get(`${server.url}/index.json`, { headers: { 'accept-encoding': 'gzip' } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve(Buffer.concat(chunks)));
    }).on('error', reject);
  });
}

describe('Looking for Vais packages', () => {
  beforeAll(async () => {
    await publish({ name: 'xml-parser', more: 'keywords = ["Tree"]\ncategories = ["Parsing", "markup"]\n' });
    await publish({ name: 'fast-xml', more: 'categories = ["Markup"]\n' });
  });

  test('[V-21] finds parts of names, descriptions and keywords, the name that was typed first', async () => {
    expect(await found('/search?q=XML')).toEqual(['xml-parser', 'fast-xml']);
    expect(await found('/search?q=fast-xml')).toEqual(['fast-xml']);
    expect(await found('/search?q=package%20xml')).toEqual(['xml-parser']);
    expect(await found('/search?q=tre')).toEqual(['xml-parser']);
    expect(await found('/search?q=nothing-like-it')).toEqual([]);
    expect(await found('/api/v1/search?q=xml&sort=name&limit=1&offset=1')).toEqual(['xml-parser']);
    expect(await found('/search?q=xml&category=markup&keyword=tree')).toEqual(['xml-parser']);
  });

  test('says what the original says of a package', async () => {
    const { body } = await askVais(server, '/search?q=xml-parser');
    expect(body).toEqual({
      packages: [
        {
          name: 'xml-parser',
          description: 'The package xml-parser',
          latest_version: '1.0.0',
          downloads: 0,
          keywords: ['Tree'],
          categories: ['Parsing', 'markup'],
          updated_at: expect.stringMatching(/Z$/),
        },
      ],
      total: 1,
    });
  });

  test('refuses what it cannot search for', async () => {
    for (const path of [
      '/search',
      `/search?q=${'x'.repeat(300)}`,
      '/search?q=a&q=b',
      '/search?q=a&limit=-1',
      '/search?q=a&sort=size',
    ]) {
      expect({ path, ...(await askVais(server, path)) }).toMatchObject({ path, status: 400 });
    }
    expect(await found('/search?q=xml&limit=100000')).toHaveLength(2);
  });

  test('lists what is new, what is fetched most, and categories', async () => {
    expect((await found('/recent')).slice(0, 2)).toEqual(['fast-xml', 'xml-parser']);
    expect(await found('/popular?limit=3')).toHaveLength(3);
    expect(await found('/categories/Markup')).toEqual(['fast-xml', 'xml-parser']);
    const response = await fetched('/categories');
    expect(await response.json()).toEqual([
      { name: 'markup', count: 2 },
      { name: 'parsing', count: 1 },
    ]);
  });

  test('shows nobody what they may not see, not even in numbers', async () => {
    await publish({ name: 'xml-secret', more: 'categories = ["secrets"]\n' });
    await show('xml-secret', 'private');
    for (const [token, seen] of [
      [undefined, false],
      [berta, false],
      [anna, true],
    ] as const) {
      const { body } = await askVais(server, '/search?q=xml', { token });
      expect(body['total']).toBe(seen ? 3 : 2);
      expect((await found('/recent', token)).includes('xml-secret')).toBe(seen);
      expect((await found('/users/anna', token)).includes('xml-secret')).toBe(seen);
      const categories = await askVais(server, '/categories', { token });
      expect(JSON.stringify(categories.body).includes('secrets')).toBe(seen);
    }
  });

  test('tells who somebody is, but not their address', async () => {
    const { body } = await askVais(server, '/users/Berta');
    expect(body).toEqual({
      username: 'berta',
      email: null,
      created_at: expect.stringMatching(/Z$/),
      packages: [{ name: 'bytes', description: 'The package bytes', downloads: 0 }],
    });
    expect(await askVais(server, '/users/nobody-at-all')).toEqual({
      status: 404,
      body: { error: 'User not found: nobody-at-all', status: 404 },
    });
  });

  test('tells nobody that somebody has an account of whom they see no package', async () => {
    const clara = await register(server, 'clara');
    const asked = async (token?: string) => {
      const { status, body } = await askVais(server, '/users/clara', { token });
      return status === 200 ? body['packages'] : [status, body['error']];
    };
    const hidden = [404, 'User not found: clara'];
    const seenBy = async (admin: unknown, own: unknown, others: unknown) =>
      expect(await Promise.all([chef, clara, berta, undefined].map(asked))).toEqual([
        admin,
        own,
        others,
        others,
      ]);
    await seenBy([], [], hidden);
    await publish({ name: 'claras-own' }, clara);
    const body = { visibility: 'private' };
    const path = '/registries/vais/packages/claras-own/visibility';
    await api(server, 'PUT', path, { token: clara, body });
    const own = [{ name: 'claras-own', description: 'The package claras-own', downloads: 0 }];
    await seenBy(own, own, hidden);
    await api(server, 'PUT', path, { token: clara, body: { visibility: 'public' } });
    await seenBy(own, own, own);
  });
});

test('whoever may not see the registry is told so by every list of it, not that it is empty', async () => {
  const lists = ['/index.json', '/search?q=x', '/popular', '/recent', '/categories', '/categories/a'];
  const asked = async (token?: string) =>
    Promise.all(
      [...lists, '/users/anna'].map(async (path) => (await askVais(server, path, { token })).status),
    );
  const all = (status: number) => [...lists, '/users/anna'].map(() => status);
  expect((await become('internal')).status).toBe(200);
  expect(await asked()).toEqual(all(401));
  expect(await asked(berta)).toEqual(all(200));
  expect((await become('private')).status).toBe(200);
  expect(await asked(berta)).toEqual(all(403));
  expect(await asked(chef)).toEqual(all(200));
  expect((await become('public')).status).toBe(200);
});

const createRegistry = (name: string) =>
  api(server, 'POST', '/registries', { token: chef, body: { name, format: 'npm' } });

test('no registry is made where the folder of a package is, whatever its format', async () => {
  await publish({ name: 'in-the-way' });
  expect(problemOf(await createRegistry('in-the-way'))).toEqual([400, 'name_invalid']);
  expect((await createRegistry('in-the')).status).toBe(201);
  expect(problemOf(await createRegistry('in-the'))).toEqual([409, 'registry_exists']);
});
