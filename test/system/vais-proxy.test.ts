import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request as httpRequest, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { api, session } from '../setup/api.ts';
import { startInProcess, type InProcess } from '../setup/in-process.ts';
import { hasNginx, hasOpenssl, ownAuthority, startNginx, type Nginx } from '../setup/nginx.ts';
import { freePort } from '../setup/ports.ts';
import { temporaryFolder } from '../setup/resources.ts';
import { run } from '../setup/run.ts';
import {
  askVais,
  publishVais,
  vaisForm,
  vaisFormType,
  vaisManifest,
  vaisMetadata,
  vaisTarball,
} from '../setup/vais-packages.ts';

const vaisc = fileURLToPath(new URL('../../bin/vaisc', import.meta.url));
const MB = 1024 * 1024;
/** Events are sealed within a second, on a machine that has the time. */
const SOON = { timeout: 20_000 };

/** As the guide of the original prints it. */
const printed = `
server {
    listen 80;
    server_name registry.vais.dev;

    location / {
        proxy_pass http://localhost:3000;
        proxy_set_header Host $host;
        proxy_set_header X-Real-IP $remote_addr;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Proto $scheme;

        # Increase timeouts for large package uploads
        proxy_connect_timeout 300s;
        proxy_send_timeout 300s;
        proxy_read_timeout 300s;
        client_max_body_size 100M;
    }
}
`;
const ours = readFileSync(fileURLToPath(new URL('../../deploy/vais/nginx.conf', import.meta.url)), 'utf8');

/** The ports and files of this machine in place of those of a real one; the Host then has a port. */
function filledIn(servers: string, ports: { plain: number; tls: number; server: number }): string {
  return servers
    .replace(/listen 80;/g, `listen 127.0.0.1:${ports.plain};`)
    .replace(/listen 443 ssl;/g, `listen 127.0.0.1:${ports.tls} ssl;`)
    .replace('http://localhost:3000', `http://127.0.0.1:${ports.server}`)
    .replace('Host $host;', 'Host $http_host;');
}

interface Sent {
  method?: string;
  headers?: Record<string, string | number>;
  body?: Buffer;
  /** The client's own address: loopback has many. */
  from?: string;
}

let authority = '';

function send(
  url: string,
  { method = 'GET', headers = {}, body, from }: Sent = {},
): Promise<{ status: number; text: string }> {
  const options: RequestOptions = {
    method,
    headers: { ...headers, ...(body && { 'content-length': body.length }) },
    ...(from !== undefined && { localAddress: from }),
  };
  return new Promise((resolve, reject) => {
    const ask = url.startsWith('https:')
      ? httpsRequest(url, { ...options, ca: readFileSync(authority) })
      : httpRequest(url, options);
    ask.once('error', reject);
    ask.once('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.once('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    ask.end(body);
  });
}

async function formOf(name: string): Promise<Buffer> {
  const tarball = await vaisTarball({ name });
  return vaisForm(JSON.stringify(vaisMetadata({ name }, tarball)), tarball);
}

/** The folder of a package, ready to be published. */
function project(name: string): string {
  const folder = temporaryFolder(name);
  mkdirSync(join(folder, 'src'));
  writeFileSync(join(folder, 'vais.toml'), vaisManifest({ name }));
  writeFileSync(join(folder, 'src/lib.vais'), `# ${name}\n`);
  return folder;
}

/** A form with an archive of about this many bytes that do not get smaller. */
async function bigForm(name: string, bytes: number): Promise<Buffer> {
  const archive = pack();
  archive.entry({ name: 'vais.toml' }, vaisManifest({ name }));
  archive.entry({ name: 'src/lib.vais' }, '# big\n');
  archive.entry({ name: 'src/noise.bin' }, randomBytes(bytes));
  archive.finalize();
  const tarball = gzipSync(await buffer(archive), { level: 0 });
  return vaisForm(JSON.stringify(vaisMetadata({ name }, tarball)), tarball);
}

describe.skipIf(!hasNginx || !hasOpenssl)('behind nginx', () => {
  let server: InProcess;
  let nginx: Nginx;
  let token: string;
  let plain: string;
  let asPrinted: string;
  let tls: string;

  beforeAll(async () => {
    server = await startInProcess({
      KONTOR_PROFILE: 'vais',
      KONTOR_HOST: '127.0.0.1',
      KONTOR_TRUSTED_PROXIES: '127.0.0.1',
      VAIS_REGISTRY_ADMIN_USER: 'admin',
      VAIS_REGISTRY_ADMIN_PASS: 'admin123',
    });
    const own = Number(new URL(server.url).port);
    const [first, second, third] = [await freePort(), await freePort(), await freePort()];
    const files = await ownAuthority();
    authority = files.authority;
    const servers =
      filledIn(printed, { plain: first, tls: 0, server: own }) +
      filledIn(ours, { plain: second, tls: third, server: own })
        .replace('/etc/nginx/tls/registry.crt', files.certificate)
        .replace('/etc/nginx/tls/registry.key', files.key);
    nginx = await startNginx(servers, { port: first });
    asPrinted = `http://127.0.0.1:${first}`;
    plain = `http://127.0.0.1:${second}`;
    tls = `https://localhost:${third}`;
    const { body } = await askVais(server, '/auth/login', {
      method: 'POST',
      json: { username: 'admin', password: 'admin123' },
    });
    token = String(body['token']);
  }, 60_000);
  afterAll(async () => {
    await nginx.stop();
    await server.stop();
  });

  const upload = (url: string, body: Buffer, more: Sent = {}) =>
    send(`${url}/packages/publish`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': vaisFormType },
      body,
      ...more,
    });

  test('[V-45] the settings as printed, and ours, are good and lead to the registry', async () => {
    expect(nginx.checked).toContain('test is successful');
    const json = { username: 'admin', password: 'admin123' };
    expect((await askVais({ url: asPrinted }, '/auth/login', { method: 'POST', json })).status).toBe(200);
    expect(await publishVais({ url: asPrinted }, token, { name: 'by-proxy' }, { base: '' })).toMatchObject({
      status: 200,
      body: { name: 'by-proxy' },
    });
    const read = await askVais({ url: asPrinted }, '/packages/by-proxy/1.0.0');
    expect(read).toMatchObject({ status: 200, body: { name: 'by-proxy' } });
    const archive = await fetch(`${asPrinted}/packages/by-proxy/1.0.0.tar.gz`);
    const digest = createHash('sha256')
      .update(new Uint8Array(await archive.arrayBuffer()))
      .digest('hex');
    expect(digest).toBe(read.body['checksum']);
    expect(await send(`${plain}/health`)).toMatchObject({ status: 301 });
  });

  test('[V-46] 95 MB pass the proxy and the registry; 101 MB get a sentence of the registry, or of the proxy', async () => {
    expect(await upload(asPrinted, await bigForm('demo', 95 * MB))).toMatchObject({ status: 200 });
    const tooBig = vaisForm('{}', Buffer.alloc(101 * MB));
    const { status, text } = await upload(tls, tooBig);
    expect([status, JSON.parse(text)]).toEqual([
      413,
      { error: expect.stringMatching(/104857600 bytes|100 MB/), status: 413 },
    ]);
    expect((await upload(asPrinted, tooBig)).status).toBe(413);
  }, 60_000);

  test('[V-47] nothing here ends an upload that takes 300 s', () => {
    const { requestTimeout, headersTimeout, timeout } = server.http();
    expect(requestTimeout).toBeGreaterThanOrEqual(300_000);
    // Of an idle socket; 0 is none.
    expect(timeout).toBe(0);
    expect(headersTimeout).toBeGreaterThan(0);
    for (const name of ['connect', 'send', 'read']) {
      expect(ours).toContain(`proxy_${name}_timeout 300s;`);
    }
    expect(ours).toContain('client_body_timeout 300s;');
  });

  test('[V-48] the record knows the client, and nobody else can say who they are', async () => {
    const events = async (name: string) => {
      const admin = await session(server, 'admin', 'admin123');
      const { body } = await api(server, 'GET', `/audit?package=${name}`, { token: admin });
      return JSON.stringify(body);
    };
    const published = await upload(asPrinted, await formOf('from-nine'), { from: '127.0.0.9' });
    expect(published).toMatchObject({ status: 200 });
    await expect.poll(() => events('from-nine'), SOON).toContain('"127.0.0.9"');
    const liar = {
      from: '127.0.0.8',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': vaisFormType,
        'x-forwarded-for': '127.0.0.66',
        'x-forwarded-proto': 'https',
      },
    };
    await upload(server.url, await formOf('from-eight'), liar);
    await expect.poll(() => events('from-eight'), SOON).toContain('"127.0.0.8"');
    expect(await events('from-eight')).not.toContain('127.0.0.66');
    const direct = await send(`${server.url}/packages/from-eight/1.0.0`, liar);
    expect(JSON.parse(direct.text)).toMatchObject({
      download_url: `${server.url}/packages/from-eight/1.0.0.tar.gz`,
    });
  });

  test('[V-45] [V-48] [V-53] with TLS and an authority of one’s own the whole flow of the client works, and every URL says https', async () => {
    const home = temporaryFolder('home');
    const env = { HOME: home, NODE_EXTRA_CA_CERTS: authority };
    const login = await run(vaisc, ['pkg', 'login', '--registry', tls], { env, input: 'admin\nadmin123\n' });
    expect(login).toMatchObject({ code: 0, stdout: expect.stringContaining(`Logged in to ${tls} as admin`) });
    expect(readFileSync(join(home, '.vais/credentials.toml'), 'utf8')).toContain(`["${tls}"]`);
    const stranger = await run(vaisc, ['pkg', 'login', '--registry', tls], {
      env: { HOME: temporaryFolder('home') },
      input: 'admin\nadmin123\n',
    });
    expect(stranger.code).toBe(1);
    const published = await run(vaisc, ['pkg', 'publish', '--registry', tls], {
      env,
      cwd: project('sealed'),
    });
    expect(published).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('✓ Published sealed v1.0.0'),
    });
    const cwd = project('application');
    const installed = await run(vaisc, ['pkg', 'install', 'sealed', '--registry', tls], { env, cwd });
    expect(installed).toMatchObject({ code: 0, stdout: expect.stringContaining('✓ Installed 1 package(s)') });
    expect(readFileSync(join(cwd, 'vais.lock'), 'utf8')).toContain('[packages.sealed]');
    for (let i = 0; i < 3; i += 1) {
      const { text } = await send(`${tls}/packages/sealed/1.0.0`);
      const url = (JSON.parse(text) as { download_url: string }).download_url;
      expect(url).toBe(`${tls}/packages/sealed/1.0.0.tar.gz`);
      expect((await send(url)).status).toBe(200);
    }
  });
});
