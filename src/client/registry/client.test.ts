import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer as createProxy } from 'node:http';
import { createServer } from 'node:https';
import { connect, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../../../test/setup/resources.ts';
import { scriptedServer, type Script } from '../../../test/setup/scripted-server.ts';
import { makeCertificate } from '../../../test/setup/smtp.ts';
import { asWord, Refusal, registryBase, RegistryClient, type RequestSettings } from './index.ts';

const never = async () => undefined;

function clientOf(base: string, more: Partial<RequestSettings> = {}): RegistryClient {
  return new RegistryClient({ base, env: {}, wait: never, ...more });
}

async function clientAt(script: Script, more: Partial<RequestSettings> = {}) {
  const server = await scriptedServer(script);
  return { server, client: clientOf(server.url, more) };
}

const short = { connect: 300, answer: 100, idle: 100 };

test('a base has one spelling, whatever slashes it was typed with', () => {
  const same = ['http://LOCALHOST:80/vais', 'http://localhost/vais/', 'http://localhost//vais//'];
  expect(new Set(same.map(registryBase))).toEqual(new Set(['http://localhost/vais']));
  expect(registryBase('http://localhost:3000/')).toBe('http://localhost:3000');
  expect(() => registryBase('localhost:3000')).toThrow(/no address of a registry/);
  expect(() => registryBase('http://me:secret@localhost')).toThrow(/log in instead/);
});

test.each([
  ['a command for a shell', 'http://localhost/;$(id)'],
  ['a backtick', 'http://localhost/`id`'],
  ['a pipe', 'http://localhost/|sh'],
  ['a quotation mark', "http://localhost/'"],
  ['a blank', 'http://localhost/a b'],
  ['a line feed', 'http://localhost/a\nb'],
  ['an escape sequence', 'http://localhost/\u001B[2J'],
  ['a direction of writing', 'http://localhost/\u202E'],
])('a base with %s in it is refused', (_what, url) => {
  expect(() => registryBase(url)).toThrow(/means something to a shell or a terminal/);
});

test('a base is one word of a command line', () => {
  expect(asWord(registryBase('https://bücher.example:8443/~team/a%20b'))).toBe(
    'https://xn--bcher-kva.example:8443/~team/a%20b',
  );
  expect(asWord(registryBase('http://[::1]:3000/'))).toBe("'http://[::1]:3000'");
});

test('the index comes compressed, and is not sent again while it is the same', async () => {
  const { server, client } = await clientAt(({ headers }, response) => {
    if (headers['if-none-match'] === '"1"') return response.writeHead(304).end();
    response.writeHead(200, { etag: '"1"', 'content-encoding': 'gzip' });
    return response.end(gzipSync('[]'));
  });
  expect(await client.index()).toEqual({ bytes: Buffer.from('[]'), etag: '"1"' });
  expect(await client.index({ etag: '"1"' })).toBe('unchanged');
  expect(await client.index({ fresh: true })).toMatchObject({ etag: '"1"' });
  expect(server.seen.map(({ headers }) => headers['cache-control'])).toEqual([
    undefined,
    undefined,
    'no-cache',
  ]);
});

test('a bomb in place of the index is stopped', async () => {
  const bomb = gzipSync(Buffer.alloc(65 * 1024 * 1024));
  const { client } = await clientAt((_, response) =>
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb),
  );
  await expect(client.index()).rejects.toThrow(/index\.json answered more than 67108864 bytes/);
});

test('trouble that passes is waited out, and trouble that stays is told', async () => {
  let failures = 2;
  const retries: string[] = [];
  const { server, client } = await clientAt(
    (_, response) => {
      if (failures-- <= 0) return response.end('[]');
      if (failures === 0) return response.destroy();
      return response
        .writeHead(503, { 'content-type': 'application/json' })
        .end('{"error":"Internal error"}');
    },
    { onRetry: (message) => retries.push(message) },
  );
  expect(await client.index()).toMatchObject({ bytes: Buffer.from('[]') });
  expect(server.seen).toHaveLength(3);
  expect(retries).toEqual([
    expect.stringMatching(/answered 503: Internal error\. Trying again\.$/),
    expect.stringMatching(/failed: the connection was cut\. Trying again\.$/),
  ]);
  failures = 100;
  await expect(client.index()).rejects.toThrow(/GET .*index\.json answered 503: Internal error/);
  expect(server.seen).toHaveLength(7);
});

test('a registry that is not there, or says nothing, is told from one that refuses', async () => {
  const { server, client } = await clientAt(() => undefined, { timeouts: short });
  await expect(client.index()).rejects.toThrow(/failed: no answer within 0\.1 s/);
  // Once more, and no oftener.
  expect(server.seen).toHaveLength(2);
  await server.stop();
  await expect(client.index()).rejects.toThrow(
    /nothing listens at 127\.0\.0\.1:\d+; is the server running, and the port right\?$/,
  );
  await expect(clientOf('http://nowhere.invalid').index()).rejects.toThrow(/no host of that name|looked up/);
});

test('[V-51] the token goes to the registry, and to nobody that it redirects to', async () => {
  const other = await scriptedServer((_, response) => response.end('[]'));
  const { server, client } = await clientAt(
    ({ path }, response) => {
      const location = path === '/index.json' ? '/elsewhere' : `${other.url}/index.json`;
      return response.writeHead(302, { location }).end();
    },
    { token: 'vais_secret' },
  );
  expect(await client.index()).toMatchObject({ bytes: Buffer.from('[]') });
  expect(server.seen.map(({ headers }) => headers.authorization)).toEqual(
    Array(2).fill('Bearer vais_secret'),
  );
  expect(other.seen.map(({ headers }) => headers.authorization)).toEqual([undefined]);
});

test('redirects in a ring end, and one of a publish says where to publish', async () => {
  const { server, client } = await clientAt((_, response) =>
    response.writeHead(301, { location: 'http://127.0.0.1:1/new' }).end(),
  );
  const archive = { filename: 'a-1.0.0.tar.gz', size: 1, content: Buffer.from('x') };
  await expect(client.publish({ metadata: {}, archive })).rejects.toThrow(
    /has moved to http:\/\/127\.0\.0\.1:1\/new: give --registry/,
  );
  expect(server.seen).toHaveLength(1);
  const { client: ring } = await clientAt(({ path }, response) =>
    response.writeHead(302, { location: path }).end(),
  );
  await expect(ring.index()).rejects.toThrow(/redirected more than 5 times/);
});

test('[V-18] a publish is a multipart form with metadata and archive', async () => {
  const progress: number[] = [];
  const { server, client } = await clientAt((_, response) => response.end('{"checksum":"abc"}'));
  const answer = await client.publish({
    metadata: { name: 'demo' },
    archive: { filename: 'demo-1.0.0.tar.gz', size: 5, content: Buffer.from('bytes') },
    onProgress: (bytes, total) => progress.push(bytes / total),
  });
  expect(answer).toEqual({ checksum: 'abc' });
  const [request] = server.seen;
  const type = request?.headers['content-type'] ?? '';
  const form = await new Response(request?.body, { headers: { 'content-type': type } }).formData();
  expect(form.get('metadata')).toBe('{"name":"demo"}');
  const file = form.get('archive');
  expect(file instanceof File ? [file.name, file.type, await file.text()] : file).toEqual([
    'demo-1.0.0.tar.gz',
    'application/gzip',
    'bytes',
  ]);
  expect(progress.at(-1)).toBe(1);
});

test('[V-57] a refused publish says the status, what the registry said, and how to log in again', async () => {
  const { server, client } = await clientAt((_, response) =>
    response.writeHead(401).end('{"error":"Token expired","status":401}'),
  );
  const archive = { filename: 'a-1.0.0.tar.gz', size: 1, content: Buffer.from('x') };
  const error: unknown = await client.publish({ metadata: {}, archive }).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(Refusal);
  expect(error).toMatchObject({
    code: 'unauthenticated',
    httpStatus: 401,
    said: 'Token expired',
    message: `publish failed (HTTP 401): Token expired. Log in again: \`kontor login --registry ${server.url}\`.`,
  });
});

test('a publish whose answer is lost is not sent twice, and a yank is', async () => {
  const { server, client } = await clientAt((_, response) => response.destroy());
  const archive = { filename: 'a-1.0.0.tar.gz', size: 1, content: Buffer.from('x') };
  await expect(client.publish({ metadata: {}, archive })).rejects.toThrow(/the connection was cut/);
  expect(server.seen).toHaveLength(1);
  await expect(client.yank('demo', '1.0.0+b')).rejects.toThrow(/the connection was cut/);
  expect(server.lines().slice(1)).toEqual(Array(4).fill('POST /packages/demo/1.0.0%2Bb/yank'));
});

test('log-in, the user, owners and metadata are read from what the registry says', async () => {
  const answers: Record<string, unknown> = {
    'POST /auth/login': { token: 'vais_1', expires_at: null },
    'GET /auth/me': { username: 'ada', email: null, is_admin: false },
    'GET /packages/demo': { owners: [{ username: 'ada' }, 'bob'] },
    'GET /packages/demo/1.0.0': { checksum: 'abc' },
    'POST /packages/demo/owners': undefined,
  };
  const { server, client } = await clientAt(({ method, path }, response) =>
    response.end(JSON.stringify(answers[`${method} ${path}`]) ?? ''),
  );
  expect(await client.login('ada', 'pass word')).toBe('vais_1');
  expect(JSON.parse(server.seen[0]?.body.toString() ?? '')).toEqual({
    username: 'ada',
    password: 'pass word',
  });
  expect(await client.whoami()).toEqual({ username: 'ada', email: null, is_admin: false });
  expect(await client.owners('demo')).toEqual(['ada', 'bob']);
  expect(await client.metadata('demo', '1.0.0')).toEqual({ checksum: 'abc' });
  await client.addOwner('demo', 'eve');
  expect(server.seen.at(-1)?.body.toString()).toBe('{"username":"eve"}');
});

test('what is no registry is called so, and its pages are not printed', async () => {
  const { client } = await clientAt(({ path }, response) =>
    path === '/auth/me' ? response.end('<html>hello') : response.writeHead(404).end('<html>not found'),
  );
  await expect(client.whoami()).rejects.toThrow(/something that no Vais registry says; check the address/);
  await expect(client.login('a', 'b')).rejects.toThrow(/\/auth\/login answered 404\.$/);
});

test('[V-53] an authority of one’s own is trusted where its file is named, and not before', async () => {
  const { key, cert, file } = makeCertificate();
  const server = createServer({ key, cert }, (_, response) => response.end('[]')).listen(0, 'localhost');
  await once(server, 'listening');
  const base = `https://localhost:${(server.address() as AddressInfo).port}`;
  await expect(clientOf(base).index()).rejects.toThrow(
    /certificate of the server is not trusted.*KONTOR_CAFILE/,
  );
  for (const variable of ['KONTOR_CAFILE', 'SSL_CERT_FILE']) {
    const client = clientOf(base, { env: { [variable]: file } });
    expect(await client.index()).toMatchObject({ bytes: Buffer.from('[]') });
    client.close();
  }
  await expect(clientOf(base, { env: { KONTOR_CAFILE: '/nowhere.pem' } }).index()).rejects.toThrow(
    /KONTOR_CAFILE names \/nowhere\.pem, which cannot be read/,
  );
  const empty = join(temporaryFolder('authorities'), 'ca.pem');
  writeFileSync(empty, 'no certificate at all\n');
  await expect(clientOf(base, { env: { KONTOR_CAFILE: empty } }).index()).rejects.toThrow(
    `KONTOR_CAFILE names ${empty}, which holds no PEM certificate.`,
  );
  const { url } = await scriptedServer((_, response) => response.end());
  await expect(clientOf(url.replace('http:', 'https:')).index()).rejects.toThrow(/is http:\/\/ meant/);
  server.close();
});

test('a registry behind TLS is reached through a tunnel of the proxy, which sees nothing of it', async () => {
  const { key, cert, file } = makeCertificate();
  const registry = createServer({ key, cert }, (_, response) => response.end('[]')).listen(0, 'localhost');
  await once(registry, 'listening');
  const { port } = registry.address() as AddressInfo;
  const asked: string[] = [];
  const proxy = createProxy().listen(0, '127.0.0.1');
  proxy.on('connect', ({ url, headers }, socket) => {
    asked.push(`${url} ${headers.authorization ?? 'nothing'}`);
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    const onward = connect(port, 'localhost');
    onward.on('error', () => socket.destroy());
    socket.on('error', () => onward.destroy());
    socket.pipe(onward).pipe(socket);
  });
  await once(proxy, 'listening');
  const { port: at } = proxy.address() as AddressInfo;
  const env = { HTTPS_PROXY: `http://127.0.0.1:${at}`, KONTOR_CAFILE: file };
  const client = clientOf(`https://localhost:${port}`, { env, token: 'vais_secret' });
  expect(await client.index()).toMatchObject({ bytes: Buffer.from('[]') });
  expect(asked).toEqual([`localhost:${port} nothing`]);
  client.close();
  registry.close();
  proxy.close();
});

test('[V-45] a proxy that the environment names is asked, and not for hosts that NO_PROXY names', async () => {
  const proxy = await scriptedServer((_, response) => response.end('[]'));
  await clientOf('http://registry.invalid', { env: { HTTP_PROXY: proxy.url } }).index();
  expect(proxy.lines()).toEqual(['GET http://registry.invalid/index.json']);
  const { client, server } = await clientAt((_, response) => response.end('[]'), {
    env: { HTTP_PROXY: proxy.url, NO_PROXY: '127.0.0.1' },
  });
  await client.index();
  expect([proxy.seen.length, server.seen.length]).toEqual([1, 1]);
});

test('what a registry says in a refusal is one line that does nothing to a terminal', async () => {
  const { client } = await clientAt((_, response) =>
    response.writeHead(403).end(JSON.stringify({ error: 'no\u202E\u009B2J\uFEFF\nnever' })),
  );
  await expect(client.whoami()).rejects.toThrow(/: no 2J never\.$/);
});

test('the token goes to what is below the base, and to no neighbour on the same host', async () => {
  const locations = ['/team/moved', '/attacker', '/teammate/x', '/team/%2e%2e%2fattacker'];
  const { server } = await clientAt(({ path }, response) => {
    const hop = Number(path.match(/hop=(\d)/)?.[1] ?? -1) + 1;
    const next = locations[hop];
    if (next === undefined) return response.end('[]');
    return response.writeHead(302, { location: `${next}?hop=${hop}` }).end();
  });
  await clientOf(`${server.url}/team/`, { token: 'vais_secret' }).index();
  expect(
    server.seen.map(({ path, headers }) => [path.replace(/\?.*/, ''), 'authorization' in headers]),
  ).toEqual([
    ['/team/index.json', true],
    ['/team/moved', true],
    ['/attacker', false],
    ['/teammate/x', false],
    ['/team/%2e%2e%2fattacker', false],
  ]);
});

test('a client that could not begin is closed without a word of its own', async () => {
  const unheard: unknown[] = [];
  const hear = (error: unknown) => void unheard.push(error);
  process.on('unhandledRejection', hear);
  onTestFinished(() => void process.off('unhandledRejection', hear));
  const client = clientOf('http://127.0.0.1:1', { env: { KONTOR_CLIENT_TIMEOUT: '0' } });
  await expect(client.index()).rejects.toThrow(/KONTOR_CLIENT_TIMEOUT/);
  client.close();
  await new Promise(setImmediate);
  expect(unheard).toEqual([]);
});

test('KONTOR_CLIENT_TIMEOUT is a number of seconds, however large, and anything else is refused', async () => {
  const { client } = await clientAt((_, response) => setTimeout(() => response.end('[]'), 50), {
    env: { KONTOR_CLIENT_TIMEOUT: '9999999999' },
  });
  expect(await client.index()).toMatchObject({ bytes: Buffer.from('[]') });
  for (const text of ['abc', '-1', '0', '10s']) {
    const refused = clientOf('http://127.0.0.1:1', { env: { KONTOR_CLIENT_TIMEOUT: text } });
    await expect(refused.index()).rejects.toThrow(
      `KONTOR_CLIENT_TIMEOUT is "${text}": give a number of seconds above 0`,
    );
  }
});

test.each([
  [
    'HTTP_PROXY',
    'http',
    'http://127.0.0.1:9',
    'the proxy 127.0.0.1:9, which HTTP_PROXY names, cannot be reached',
  ],
  [
    'http_proxy',
    'http',
    'me:secret@127.0.0.1:9',
    'the proxy 127.0.0.1:9, which http_proxy names, cannot be reached',
  ],
  [
    'HTTPS_PROXY',
    'https',
    'http://localhost:9',
    'the proxy localhost:9, which HTTPS_PROXY names, cannot be reached',
  ],
  [
    'HTTP_PROXY',
    'http',
    'nonsense.invalid',
    'the proxy nonsense.invalid:80, which HTTP_PROXY names, cannot be reached',
  ],
  ['HTTP_PROXY', 'http', 'socks5://127.0.0.1:9', 'HTTP_PROXY names no proxy: write it as http://HOST:PORT.'],
])(
  '%s for %s at %s that leads nowhere is what is said to be wrong',
  async (variable, scheme, proxy, message) => {
    const error: unknown = await clientOf(`${scheme}://127.0.0.1:1`, { env: { [variable]: proxy } })
      .index()
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ message: expect.stringContaining(message) as string });
    expect(String(error)).not.toContain('secret');
  },
);
