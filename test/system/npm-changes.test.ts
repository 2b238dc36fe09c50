import { beforeAll, describe, expect, test } from 'vitest';
import { packageUrl, publish, register } from '../setup/publish.ts';
import { readPackument } from '../setup/read.ts';
import { startKontor, type RunningKontor } from '../setup/server.ts';

let server: RunningKontor;
let anna: string;
let ben: string;
let made = 0;

beforeAll(async () => {
  server = await startKontor();
  [anna, ben] = [await register(server, 'anna'), await register(server, 'ben')];
});

interface Answer {
  status: number;
  text: string;
  /** What the error's code is, if it is one. */
  code: unknown;
}

async function send(method: string, path: string, token?: string, body?: unknown): Promise<Answer> {
  const response = await fetch(`${server.url}/npm${path}`, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, text, code: codeOf(text) };
}

function codeOf(text: string): unknown {
  try {
    return (JSON.parse(text) as { code?: unknown }).code;
  } catch {
    return undefined;
  }
}

/** A new package of anna's with these versions; the last is the latest. */
async function packageOf(...versions: string[]): Promise<string> {
  const name = `changing-${(made += 1)}`;
  for (const version of versions) {
    expect(await publish(server, anna, name, version)).toMatchObject({ status: 201 });
  }
  return name;
}

type Document = Record<string, unknown> & {
  _rev: string;
  versions: Record<string, Record<string, unknown>>;
  'dist-tags': Record<string, string>;
};

async function documentOf(name: string, token = anna): Promise<Document> {
  const { status, text } = await send('GET', `/${name.replace('/', '%2f')}?write=true`, token);
  expect(status).toBe(200);
  return JSON.parse(text) as Document;
}

/** As npm does it: the packument without the version, and the tags that are left. */
async function unpublished(name: string, version: string): Promise<Document> {
  const document = await documentOf(name);
  delete document.versions[version];
  for (const [tag, target] of Object.entries(document['dist-tags'])) {
    if (target === version) delete document['dist-tags'][tag];
  }
  return document;
}

describe('deprecation', () => {
  test('changes what differs, and nothing else that the document says', async () => {
    const name = await packageOf('1.0.0', '2.0.0');
    const document = await documentOf(name);
    Object.assign(document.versions['1.0.0'] ?? {}, { deprecated: 'old', description: 'changed' });
    document.versions['9.9.9'] = { name, version: '9.9.9', deprecated: 'never was' };
    document['dist-tags']['latest'] = '1.0.0';
    expect(await send('PUT', `/${name}`, anna, document)).toMatchObject({ status: 200 });
    const after = await documentOf(name);
    expect(Object.keys(after.versions)).toEqual(['1.0.0', '2.0.0']);
    expect(after.versions['1.0.0']).toMatchObject({ deprecated: 'old' });
    expect(after.versions['1.0.0']).not.toHaveProperty('description');
    expect(after.versions['2.0.0']).not.toHaveProperty('deprecated');
    expect(after['dist-tags']).toEqual({ latest: '2.0.0' });
  });

  test('that changes nothing leaves the package as it was', async () => {
    const name = await packageOf('1.0.0');
    const { _rev } = await documentOf(name);
    const body = { versions: { '1.0.0': { deprecated: '' } } };
    expect(await send('PUT', `/${name}`, anna, body)).toMatchObject({ status: 200 });
    expect((await documentOf(name))['_rev']).toBe(_rev);
  });

  test('is for owners only, and bad messages are refused', async () => {
    const name = await packageOf('1.0.0');
    const body = { versions: { '1.0.0': { deprecated: 'mine now' } } };
    expect(await send('PUT', `/${name}`, ben, body)).toMatchObject({ status: 403, code: 'not_owner' });
    expect(await send('PUT', `/${name}`, undefined, body)).toMatchObject({ status: 401 });
    for (const deprecated of [7, null, 'a\0b', 'x'.repeat(3000)]) {
      const bad = { versions: { '1.0.0': { deprecated } } };
      expect(await send('PUT', `/${name}`, anna, bad)).toMatchObject({
        status: 422,
        code: 'manifest_invalid',
      });
    }
    expect((await documentOf(name)).versions['1.0.0']).not.toHaveProperty('deprecated');
  });

  test('comes in a document of more than 4 MB, which a publish may not have', async () => {
    const name = await packageOf('1.0.0');
    const versions = { '1.0.0': { deprecated: 'old', readme: 'x'.repeat(6_000_000) } };
    expect(await send('PUT', `/${name}`, ben, { versions })).toMatchObject({
      status: 403,
      code: 'not_owner',
    });
    expect(await send('PUT', `/${name}-2`, anna, { versions })).toMatchObject({
      status: 413,
      code: 'too_large',
    });
    expect(await send('PUT', `/${name}`, anna, { versions })).toMatchObject({ status: 200 });
    expect((await documentOf(name)).versions['1.0.0']).toMatchObject({ deprecated: 'old' });
    const late = `{"readme":"${'x'.repeat(5_000_000)}","_attachments":{"a.tgz":{"data":"AAAA"}}}`;
    expect(await send('PUT', `/${name}`, anna, late)).toMatchObject({ status: 413, code: 'too_large' });
  });
});

describe('unpublishing', () => {
  test('of a version may be sent again, in each of its steps', async () => {
    const name = await packageOf('1.0.0', '1.1.0');
    const document = await unpublished(name, '1.1.0');
    for (let times = 0; times < 2; times += 1) {
      const put = await send('PUT', `/${name}/-rev/${document['_rev']}`, anna, document);
      expect(put).toMatchObject({ status: 200 });
      const { _rev } = await documentOf(name);
      const path = `/${name}/-/${name}-1.1.0.tgz/-rev/${_rev}`;
      expect(await send('DELETE', path, anna)).toMatchObject({ status: 200 });
    }
    // Clients cannot do without a `latest`: the document had none left.
    expect(await readPackument(server, name)).toMatchObject({ 'dist-tags': { latest: '1.0.0' } });
    expect((await send('GET', `/${name}/-/${name}-1.1.0.tgz`)).status).toBe(404);
  });

  test('on sight of an old state is a conflict, so that nothing goes which the client has not seen', async () => {
    const name = await packageOf('1.0.0', '1.1.0');
    const document = await unpublished(name, '1.1.0');
    expect(await publish(server, anna, name, '1.2.0')).toMatchObject({ status: 201 });
    const conflict = { status: 409, code: 'conflict' };
    expect(await send('PUT', `/${name}/-rev/${document['_rev']}`, anna, document)).toMatchObject(conflict);
    expect(await send('DELETE', `/${name}/-rev/${document['_rev']}`, anna)).toMatchObject(conflict);
    const file = `/${name}/-/${name}-1.0.0.tgz/-rev/${document['_rev']}`;
    expect(await send('DELETE', file, anna)).toMatchObject(conflict);
    expect(Object.keys((await documentOf(name)).versions)).toEqual(['1.0.0', '1.1.0', '1.2.0']);
  });

  test('of a file alone takes its version away, and the tag moves to what is left', async () => {
    const name = await packageOf('1.0.0', '2.0.0-beta.1', '1.1.0');
    const { _rev } = await documentOf(name);
    const path = `/${name}/-/${name}-1.1.0.tgz/-rev/${_rev}`;
    expect(await send('DELETE', path, anna)).toMatchObject({ status: 200 });
    const { versions, 'dist-tags': tags } = await documentOf(name);
    expect(Object.keys(versions)).toEqual(['1.0.0', '2.0.0-beta.1']);
    expect(tags).toEqual({ latest: '1.0.0' });
  });

  test('of all leaves nothing, keeps the numbers taken, and its owner goes on with a new one', async () => {
    const name = await packageOf('1.0.0');
    const { _rev } = await documentOf(name);
    expect(await send('DELETE', `/${name}/-rev/${_rev}`, anna)).toMatchObject({ status: 200 });
    expect(await send('DELETE', `/${name}/-rev/${_rev}`, anna)).toMatchObject({ status: 404 });
    expect((await send('GET', `/${name}`)).text).toBe((await send('GET', '/never-was')).text);
    expect(await publish(server, anna, name, '1.0.0')).toMatchObject({
      status: 403,
      text: expect.stringContaining('You cannot publish over the previously published versions: 1.0.0.'),
    });
    expect(await publish(server, ben, name, '2.0.0')).toMatchObject({ status: 403 });
    expect(await publish(server, anna, name, '2.0.0')).toMatchObject({ status: 201 });
    expect(await readPackument(server, name)).toMatchObject({ 'dist-tags': { latest: '2.0.0' } });
  });

  test('refuses what it cannot read, and whoever does not own the package', async () => {
    const name = await packageOf('1.0.0', '1.1.0');
    const { _rev } = await documentOf(name);
    const at = `/${name}/-rev/${_rev}`;
    const document = { versions: { '1.0.0': {} }, 'dist-tags': { latest: '1.0.0' } };
    expect(await send('PUT', at, ben, document)).toMatchObject({ status: 403, code: 'not_owner' });
    expect(await send('DELETE', at, ben)).toMatchObject({ status: 403, code: 'not_owner' });
    expect(await send('DELETE', at)).toMatchObject({ status: 401 });
    expect(await send('PUT', `/${name}/-rev/undefined`, anna, document)).toMatchObject({ status: 400 });
    expect(await send('PUT', `/never-was/-rev/${_rev}`, anna, document)).toMatchObject({ status: 404 });
    expect(await send('DELETE', `/${name}/-/other-1.0.0.tgz/-rev/${_rev}`, anna)).toMatchObject({
      status: 404,
    });
    expect(await send('DELETE', `/${name}/-/${name}-3.0.0.tgz/-rev/${_rev}`, anna)).toMatchObject({
      status: 404,
    });
    for (const [body, status] of [
      ['{"versions":', 400],
      ['[]', 400],
      [{}, 422],
      [{ versions: {} }, 422],
      [{ versions: { '1.0.0': {} }, 'dist-tags': { latest: '1.1.0' } }, 404],
      [{ versions: { '1.0.0': {} }, 'dist-tags': { '1.x': '1.0.0' } }, 422],
    ] as const) {
      expect([body, (await send('PUT', at, anna, body)).status]).toEqual([body, status]);
    }
    expect(Object.keys((await documentOf(name)).versions)).toEqual(['1.0.0', '1.1.0']);
  });
});

describe('owners', () => {
  test('are users that there are, and an unknown one is named', async () => {
    const name = await packageOf('1.0.0');
    const { _rev } = await documentOf(name);
    const change = (maintainers: unknown[]) => send('PUT', `/${name}/-rev/${_rev}`, anna, { maintainers });
    expect(await change([{ name: 'anna' }, { name: 'zoe' }])).toMatchObject({
      status: 422,
      code: 'user_unknown',
      text: expect.stringContaining('zoe'),
    });
    expect(await change([])).toMatchObject({ status: 422 });
    expect(await change(['anna'])).toMatchObject({ status: 422 });
    expect(await change([{ name: 'ANNA' }])).toMatchObject({ status: 200 });
    expect((await documentOf(name))['_rev']).toBe(_rev);
  });

  test('are looked up by whoever is logged in', async () => {
    const user = (name: string, token?: string) => send('GET', `/-/user/org.couchdb.user:${name}`, token);
    expect(JSON.parse((await user('ben', anna)).text)).toMatchObject({ name: 'ben', email: '' });
    expect(await user('ben')).toMatchObject({ status: 401 });
    expect(await user('zoe', anna)).toMatchObject({ status: 404 });
    expect(await user('%20', anna)).toMatchObject({ status: 404 });
    expect(await send('GET', '/-/user/ben', anna)).toMatchObject({ status: 404 });
  });
});

function starsIn(query: string): Promise<Answer> {
  return send('GET', `/-/_view/starredByUser${query}`);
}

describe('stars', () => {
  test("are everybody's own: nobody stars for another", async () => {
    const name = await packageOf('1.0.0');
    expect(await send('PUT', `/${name}`, ben, { users: { ben: true, anna: true } })).toMatchObject({
      status: 200,
    });
    expect(await documentOf(name)).toMatchObject({ users: { ben: true } });
    expect(await send('PUT', `/${name}`, anna, { users: {} })).toMatchObject({ status: 200 });
    expect(await documentOf(name)).toMatchObject({ users: { ben: true } });
    expect(await send('PUT', `/${name}`, undefined, { users: { ben: true } })).toMatchObject({ status: 401 });
    expect(await send('PUT', '/never-was', ben, { users: { ben: true } })).toMatchObject({ status: 404 });
  });

  test('are listed for a user whose name is JSON', async () => {
    expect((await starsIn('?key=%22nobody%22')).text).toBe('{"rows":[]}');
    for (const query of [
      '',
      '?key=',
      '?key=ben',
      '?key=7',
      '?key=%22a%22&key=%22b%22',
      '?key=%22%5Cu0000%22',
    ]) {
      expect([query, (await starsIn(query)).status]).toEqual([query, 400]);
    }
  });
});

describe('access', () => {
  test('refuses what it does not know, and second factors with a sentence', async () => {
    const name = await packageOf('1.0.0');
    const set = (body: unknown, token = anna) => send('POST', `/-/package/${name}/access`, token, body);
    for (const body of ['', 'x', '[]', {}, { access: 'secret' }, { publish_requires_tfa: true }]) {
      expect([body, (await set(body)).status]).toEqual([body, 400]);
    }
    expect((await set({ publish_requires_tfa: true })).text).toMatch(/[Ss]econd factor/);
    expect(await set({ publish_requires_tfa: false })).toMatchObject({ status: 200 });
    expect(await set({ access: 'restricted' }, ben)).toMatchObject({ status: 403, code: 'not_owner' });
    expect(await send('POST', '/-/package/never-was/access', anna, { access: 'public' })).toMatchObject({
      status: 404,
    });
    expect((await send('GET', `/-/package/${name}/visibility`)).text).toBe('{"public":true}');
  });
});

describe('a private package', () => {
  /** Every way to ask for a package, for `%s` its name and `%f` its file. */
  const requests: [method: string, path: string, body?: unknown][] = [
    ['GET', '/%s'],
    ['HEAD', '/%s'],
    ['GET', '/%s?write=true'],
    ['GET', '/%s/1.0.0'],
    ['GET', '/%s/latest'],
    ['GET', '/%s/-/%f'],
    ['HEAD', '/%s/-/%f'],
    ['GET', '/-/package/%s/dist-tags'],
    ['GET', '/-/package/%s/visibility'],
    ['GET', '/-/package/%s/collaborators'],
    ['PUT', '/-/package/%s/dist-tags/next', '1.0.0'],
    ['DELETE', '/-/package/%s/dist-tags/next'],
    ['POST', '/-/package/%s/access', { access: 'public' }],
    ['PUT', '/%s', { users: { ben: true } }],
    ['PUT', '/%s', { versions: { '1.0.0': { deprecated: 'x' } } }],
    ['PUT', '/%s', {}],
    ['PUT', '/%s/-rev/1-1', { maintainers: [{ name: 'ben' }] }],
    ['PUT', '/%s/-rev/nonsense', {}],
    ['DELETE', '/%s/-rev/1-1'],
    ['DELETE', '/%s/-/%f/-rev/1-1'],
  ];

  test('is for a stranger, in every answer, a package that does not exist', async () => {
    const [there, absent] = ['@hidden/there', '@hidden/gone3'];
    expect(await publish(server, anna, there, '1.0.0')).toMatchObject({ status: 201 });
    expect(
      await send('POST', `/-/package/${there.replace('/', '%2f')}/access`, anna, { access: 'restricted' }),
    ).toMatchObject({ status: 200 });
    const ask = async (name: string, token: string | undefined) => {
      const answers: unknown[] = [];
      for (const [method, path, body] of requests) {
        const target = path
          .replace('%s', name.replace('/', '%2f'))
          .replace('%f', `${name.replace(/.*\//, '')}-1.0.0.tgz`);
        const json = body === undefined ? undefined : JSON.stringify(body);
        const { status, text } = await send(method, target, token, json);
        answers.push([method, path, status, text.replaceAll(name, 'NAME')]);
      }
      return answers;
    };
    for (const token of [ben, undefined]) expect(await ask(there, token)).toEqual(await ask(absent, token));
    expect(await ask(there, ben)).not.toContainEqual([
      expect.anything(),
      expect.anything(),
      200,
      expect.anything(),
    ]);
    expect(await documentOf(there)).toMatchObject({ name: there });
    expect((await fetch(packageUrl(server, there))).status).toBe(404);
    await send('PUT', `/${there.replace('/', '%2f')}`, anna, { users: { anna: true } });
    const stars = (token?: string) => send('GET', '/-/_view/starredByUser?key=%22anna%22', token);
    expect((await stars(anna)).text).toContain(there);
    expect((await stars(ben)).text).not.toContain(there);
    expect((await stars()).text).not.toContain(there);
  });
});

test('a token that may only read changes nothing, and learns nothing of what is hidden', async () => {
  const name = await packageOf('1.0.0');
  const { key, token } = JSON.parse(
    (await send('POST', '/-/npm/v1/tokens', anna, { password: 'a long pass phrase of anna', readonly: true }))
      .text,
  ) as { key: string; token: string };
  expect(key).toBeDefined();
  const { _rev } = await documentOf(name, token);
  for (const [method, path, body] of [
    ['PUT', `/${name}`, { users: { anna: true } }],
    ['PUT', `/${name}`, { versions: { '1.0.0': { deprecated: 'x' } } }],
    ['PUT', `/${name}/-rev/${_rev}`, { maintainers: [{ name: 'ben' }] }],
    ['DELETE', `/${name}/-rev/${_rev}`, undefined],
    ['DELETE', '/never-was/-rev/1-1', undefined],
    ['POST', `/-/package/${name}/access`, { access: 'restricted' }],
  ] as const) {
    expect([method, path, await send(method, path, token, body)]).toMatchObject([
      method,
      path,
      { status: 403, code: 'forbidden' },
    ]);
  }
});
