import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  answers,
  below,
  connectProxy,
  dead,
  first,
  githubLayout,
  guarded,
  jsrLayout,
  LINK_LOCAL,
  npmLayout,
  queryLayout,
  redirects,
  scriptedPackage,
  scriptedUpstream,
  serves,
  split,
  upstreamClient,
  type Packument,
  type ScriptedUpstream,
} from '../../test/upstream/index.ts';
import type { UpstreamClient } from './index.ts';

const SECRET = 'Bearer secret';
type Options = Parameters<typeof upstreamClient>[1];

let home: ScriptedUpstream;
/** Another server, whose host is allowed or not. */
let other: ScriptedUpstream;
let clients: UpstreamClient[];

beforeEach(async () => {
  home = await scriptedUpstream();
  other = await scriptedUpstream(answers(200, 'there'));
  clients = [];
});
afterEach(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await Promise.all([home.close(), other.close()]);
});

function clientOf(url: string, options: Options = {}): UpstreamClient {
  const client = upstreamClient(url, options);
  clients.push(client);
  return client;
}

async function read(client: UpstreamClient, path = 'demo'): Promise<string> {
  const response = await client.get(client.below(path), {}, 20_000);
  return `${response.status} ${(await response.body.toArray()).join('')}`;
}

const credentials = { source: { authorization: SECRET } };
/** The other server is allowed, and may be on this machine. */
const withOther = () => ({ allowHosts: [`127.0.0.1:${other.port}`], allowPrivate: true });

async function bytes(client: UpstreamClient, place: string): Promise<Buffer> {
  const response = await client.getFile(place, {});
  return Buffer.concat(await response.body.toArray());
}

async function ask(client: UpstreamClient): Promise<string> {
  const url = client.below('-/npm/v1/security/advisories/bulk');
  const headers = { 'content-type': 'application/json' };
  const response = await client.post(url, headers, '{"demo":["1.0.0"]}', 20_000);
  return `${response.status} ${(await response.body.toArray()).join('')}`;
}

function placeOf({ versions }: Packument): string {
  return (versions['1.0.0'] as { dist: { tarball: string } }).dist.tarball;
}

describe('what an upstream redirects to', () => {
  test.each([301, 302, 303, 307, 308])('at its own host is asked, with status %i', async (status) => {
    home.script = split('/demo', redirects('/there', status), guarded(SECRET, answers(200, 'home')));
    expect(await read(clientOf(home.url, credentials))).toBe('200 home');
  });

  test('at a host that is not allowed is not asked, and the refusal names host and setting', async () => {
    home.script = redirects(`${other.url}demo?secret=1`);
    const asking = read(clientOf(home.url, credentials));
    await expect(asking).rejects.toMatchObject({
      code: 'upstream_failed',
      message: expect.stringMatching(
        new RegExp(`127\\.0\\.0\\.1:${other.port}, .* allowHosts of the upstream main\\.$`),
      ),
    });
    expect(other.requests).toHaveLength(0);
  });

  test.each(['127.0.0.1', 'localhost', '2130706433', '127.1', '017700000001', '127.0.0.1.'])(
    'at %s, if allowed, is asked with allowPrivate only',
    async (name) => {
      const place = `http://${name}:${other.port}/demo`;
      home.script = redirects(place);
      const allowHosts = [`127.0.0.1:${other.port}`, `localhost:${other.port}`];
      await expect(
        read(clientOf(home.url, { settings: { allowHosts, name: 'main' } })),
      ).rejects.toMatchObject({
        code: 'upstream_failed',
        message: expect.stringContaining('set allowPrivate of the upstream main'),
      });
      expect(other.requests).toHaveLength(0);
      expect(await read(clientOf(home.url, { settings: { allowHosts, allowPrivate: true } }))).toBe(
        '200 there',
      );
    },
  );

  test('at an IPv6 address of this machine is refused likewise', async () => {
    const six = await scriptedUpstream(answers(200, 'six'), { host: '::1' });
    const allowHosts = [`[::1]:${six.port}`];
    home.script = redirects(`http://[0:0:0::1]:${six.port}/demo`);
    const asking = read(clientOf(home.url, { settings: { allowHosts } }));
    await expect(asking).rejects.toMatchObject({ code: 'upstream_failed' });
    expect(await read(clientOf(home.url, { settings: { allowHosts, allowPrivate: true } }))).toBe('200 six');
    await six.close();
  });

  test.each([LINK_LOCAL, 'http://[::ffff:169.254.169.254]/', 'http://10.0.0.1/', 'http://224.0.0.1/'])(
    'at %s is refused, allowed or not',
    async (place) => {
      home.script = redirects(place);
      for (const allowHosts of [[], [new URL(place).host]]) {
        const asking = read(clientOf(home.url, { settings: { allowHosts } }));
        await expect(asking).rejects.toMatchObject({ code: 'upstream_failed' });
      }
    },
  );

  test.each([
    'ftp://files.example/x',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'data:text/plain,x',
    'http://[',
  ])('by %s is refused', async (place) => {
    home.script = redirects(place);
    await expect(read(clientOf(home.url))).rejects.toMatchObject({ code: 'upstream_failed' });
  });

  test('in a circle is refused after three times', async () => {
    home.script = redirects('/demo');
    await expect(read(clientOf(home.url))).rejects.toMatchObject({
      code: 'upstream_failed',
      message: expect.stringContaining('more than 3 times'),
    });
    expect(home.requests).toHaveLength(4);
  });

  test('without saying where is given as it is', async () => {
    home.script = answers(302);
    expect(await read(clientOf(home.url))).toBe('302 ');
  });

  test.each(['localhost', '127.0.0.1', '[::1]'])(
    'at %s is not asked if that is this server itself',
    async (name) => {
      home.script = redirects(`http://${name}:${other.port}/npm/demo`);
      const allowHosts = [`${name}:${other.port}`];
      const ownUrls = () => [`http://localhost:${other.port}/`];
      await expect(
        read(clientOf(home.url, { ownUrls, settings: { allowHosts, allowPrivate: true } })),
      ).rejects.toMatchObject({
        code: 'upstream_failed',
        message: expect.stringContaining('this server itself'),
      });
      expect(other.requests).toHaveLength(0);
    },
  );
});

describe('credentials', () => {
  test('do not go to another host, whatever user name its URL has', async () => {
    home.script = redirects(`http://user:password@127.0.0.1:${other.port}/demo`);
    await read(clientOf(home.url, { ...credentials, settings: withOther() }));
    expect(home.requests[0]?.headers.authorization).toBe(SECRET);
    expect(other.requests[0]?.headers.authorization).toBeUndefined();
  });

  test('do not come back with a redirect from another host', async () => {
    home.script = split('/demo', redirects(`${other.url}x`), answers(200, 'home'));
    other.script = redirects(`${home.url}x`);
    await read(clientOf(home.url, { ...credentials, settings: withOther() }));
    expect(home.requests.map(({ headers }) => headers.authorization)).toEqual([SECRET, undefined]);
  });

  test('of the settings go before those of the client, and those before what is in the URL', async () => {
    home.script = answers(200);
    const url = home.url.replace('//', '//anna:pass@');
    await read(clientOf(url));
    await read(clientOf(url, credentials));
    await read(clientOf(url, { ...credentials, settings: { authorization: 'Bearer other' } }));
    const basic = `Basic ${Buffer.from('anna:pass').toString('base64')}`;
    expect(home.requests.map(({ headers }) => headers.authorization)).toEqual([
      basic,
      SECRET,
      'Bearer other',
    ]);
  });

  test('stand in no refusal', async () => {
    home.script = redirects('http://user:hunter2@evil.example/?token=hunter2');
    await expect(read(clientOf(home.url.replace('//', '//anna:hunter2@')))).rejects.toMatchObject({
      message: expect.not.stringContaining('hunter2'),
    });
  });
});

describe('a file', () => {
  test.each([
    ['npm', npmLayout],
    ['GitHub Packages', githubLayout],
    ['JSR', jsrLayout],
    ['queries', queryLayout],
  ])('is asked for where its document says, as it stands, in the layout of %s', async (_, locate) => {
    const { packument, tarballs } = scriptedPackage('@acme/demo', ['1.0.0'], home.url, { locate });
    home.script = serves({ packument, tarballs });
    expect(await bytes(clientOf(home.url), placeOf(packument))).toEqual(Object.values(tarballs)[0]);
    expect(home.requests[0]?.url).toBe(Object.keys(tarballs)[0]);
  });

  test('at an allowed host is asked for there, without credentials', async () => {
    const { packument, tarballs } = scriptedPackage('demo', ['1.0.0'], other.url, { locate: queryLayout });
    other.script = serves({ packument, tarballs });
    const client = clientOf(home.url, { ...credentials, settings: withOther() });
    expect(await bytes(client, placeOf(packument))).toEqual(Object.values(tarballs)[0]);
    expect(other.requests[0]?.headers.authorization).toBeUndefined();
    expect(home.requests).toHaveLength(0);
  });

  test('that redirects to the store of the files is followed there, if that is allowed', async () => {
    home.script = redirects((path) => `${other.url}store${path}?signature=abc`);
    await bytes(clientOf(home.url, { settings: withOther() }), `${home.url}download/demo/1.0.0/abc`);
    expect(other.requests[0]?.url).toBe('/store/download/demo/1.0.0/abc?signature=abc');
  });

  test('at a host that is not allowed is asked for at the upstream, below its base path', async () => {
    const { packument, tarballs } = scriptedPackage('demo', ['1.0.0'], 'https://registry.example/');
    home.script = below('/repo/npm/', serves({ packument, tarballs }));
    const client = clientOf(`${home.url}repo/npm`);
    expect(await bytes(client, placeOf(packument))).toEqual(Object.values(tarballs)[0]);
  });

  test('that the upstream does not have in place of such a host is a refusal that names host and setting', async () => {
    home.script = answers(404);
    const asking = bytes(clientOf(home.url), 'https://cdn.example:8443/demo-1.0.0.tgz');
    await expect(asking).rejects.toMatchObject({
      code: 'upstream_failed',
      message: expect.stringMatching(
        /cdn\.example:8443, .*add cdn\.example:8443 to allowHosts .* status 404/,
      ),
    });
  });

  test('at this server itself is not asked for', async () => {
    const client = clientOf(home.url, { ownUrls: () => [other.url], settings: withOther() });
    await expect(bytes(client, `${other.url}demo.tgz`)).rejects.toMatchObject({ code: 'upstream_failed' });
    expect(other.requests).toHaveLength(0);
  });
});

describe('a question', () => {
  test('is sent with credentials and its body', async () => {
    home.script = guarded(SECRET, (request, response) => {
      response.writeHead(200);
      request.pipe(response);
    });
    expect(await ask(clientOf(home.url, credentials))).toBe('200 {"demo":["1.0.0"]}');
    expect(home.requests[0]).toMatchObject({ method: 'POST', url: '/-/npm/v1/security/advisories/bulk' });
  });

  test.each([302, 303, 307, 308])(
    'does not follow a redirect with status %i, allowed or not',
    async (status) => {
      home.script = redirects(`${other.url}there`, status);
      await expect(ask(clientOf(home.url, { settings: withOther() }))).rejects.toMatchObject({
        code: 'upstream_failed',
      });
      expect(other.requests).toHaveLength(0);
    },
  );

  test('that meets a broken connection is asked once more', async () => {
    home.script = first(1, dead, answers(200, 'home'));
    expect(await ask(clientOf(home.url))).toBe('200 home');
  });
});

describe('the host that the operator typed', () => {
  test.each(['127.0.0.1', 'localhost', '[::1]', '0x7f.1'])(
    'is trusted whatever its address: %s',
    async (name) => {
      const typed = await scriptedUpstream(answers(200, 'home'), {
        host: name === '[::1]' ? '::1' : '127.0.0.1',
      });
      expect(await read(clientOf(`http://${name}:${typed.port}/`))).toBe('200 home');
      await typed.close();
    },
  );

  test('is asked through a proxy by its name, and a foreign one by the address that was looked up', async () => {
    home.script = split('/demo', redirects('http://cdn.example/file'), answers(200, 'there'));
    const proxy = await connectProxy(home.port);
    const client = clientOf('http://registry.example/', {
      source: { proxy: proxy.url, noProxy: ['none.invalid'] },
      settings: { allowHosts: ['cdn.example'] },
      resolve: (_hostname, _options, done) => done(null, [{ address: '8.8.8.8', family: 4 }]),
    });
    expect(await read(client)).toBe('200 there');
    expect(proxy.requests).toEqual(['GET http://registry.example/demo', 'CONNECT 8.8.8.8:80']);
    await client.close();
    await proxy.close();
  });

  test('may not be told otherwise than by http or https', () => {
    for (const url of ['ftp://registry.example/', 'registry.example', '']) {
      expect(() => clientOf(url)).toThrow(expect.objectContaining({ code: 'config_invalid' }));
    }
  });
});
