import { beforeAll, describe, expect, test } from 'vitest';
import { packageOfSize } from '../setup/hostile.ts';
import { packageTarball, publish, register } from '../setup/publish.ts';
import { RawConnection, rawRequest, requestHead, type RawAnswer } from '../setup/raw.ts';
import { startKontor, type RunningKontor } from '../setup/server.ts';
import { heldOpen, storedFiles } from '../setup/traces.ts';

/** A hang guard. */
const PATIENCE = { timeout: 20_000 };

let server: RunningKontor;
let token: string;
let before: string[];
let sockets: number;
beforeAll(async () => {
  server = await startKontor();
  token = await register(server, 'anna');
  await publish(server, token, 'there', '1.0.0');
  before = storedFiles(server);
  await rawRequest(server, { target: '/health' });
  ({ sockets } = heldOpen(server));
});

/** What is there in the end: files held open, connections more than before, files stored more than before. */
const traces = () => [
  ...heldOpen(server).files,
  ...Array<string>(Math.max(0, heldOpen(server).sockets - sockets)).fill('connection'),
  ...storedFiles(server).filter((file) => !before.includes(file)),
];

const BOUNDARY = '----PantryUpload7MA4YWxkTrZu0gW';
const TYPE = `multipart/form-data; boundary=${BOUNDARY}`;

/** The body that Pantry's client builds: both parts with their types, the tarball with a file name that is always the same. */
function form(metadata: string, tarball: Buffer): Buffer {
  return Buffer.concat([
    Buffer.from(
      `--${BOUNDARY}\r\nContent-Disposition: form-data; name="metadata"\r\nContent-Type: text/plain\r\n\r\n${metadata}` +
        `\r\n--${BOUNDARY}\r\nContent-Disposition: form-data; name="tarball"; filename="package.tgz"\r\n` +
        'Content-Type: application/octet-stream\r\n\r\n',
    ),
    tarball,
    Buffer.from(`\r\n--${BOUNDARY}--\r\n`),
  ]);
}

function send(body: Buffer | string, headers: Record<string, string> = {}): Promise<RawAnswer> {
  const all = { authorization: token, 'content-type': TYPE, ...headers };
  return rawRequest(server, { method: 'POST', target: '/publish', headers: all, body });
}

/** The answer's status, after making sure that it is an error as this door writes it. */
function refused({ status, headers, body }: RawAnswer): number {
  expect(headers.get('content-type')).toContain('application/json');
  expect(JSON.parse(body)).toEqual({ error: expect.any(String) as string });
  return status;
}

describe("[P-02] Requests as Pantry's client sends them", () => {
  test('publish, with a bare token and behind Bearer, and read back without escaping a name', async () => {
    for (const [version, authorization] of [
      ['1.0.0', token],
      ['1.0.1', `Bearer ${token}`],
    ] as const) {
      const name = '@stacks/actions';
      const metadata = JSON.stringify({ name, version, description: 'Acts' });
      const headers = {
        authorization,
        'user-agent': 'zig/0.16.0 (std.http)',
        'accept-encoding': 'gzip, deflate',
        connection: 'keep-alive',
      };
      const answer = await send(form(metadata, await packageTarball(name, version)), headers);
      expect([answer.status, JSON.parse(answer.body)]).toEqual([
        201,
        { success: true, message: `Published ${name}@${version}` },
      ]);
      const read = { 'accept-encoding': 'gzip, deflate', authorization };
      const found = await rawRequest(server, { target: `/packages/${name}`, headers: read });
      const { tarballUrl } = JSON.parse(found.body) as { tarballUrl: string };
      const target = new URL(tarballUrl).pathname;
      expect(target).toBe(`/packages/${encodeURIComponent(name)}/${version}/tarball`);
      expect((await rawRequest(server, { target, headers: read })).status).toBe(200);
      const plain = `/packages/${name}/${version}/tarball`;
      expect((await rawRequest(server, { target: plain, method: 'HEAD' })).status).toBe(200);
    }
    before = storedFiles(server);
  });

  test('a preflight of a browser is answered on every path', async () => {
    for (const target of ['/publish', '/packages/x', '/pantry/anything']) {
      const { status, headers } = await rawRequest(server, { method: 'OPTIONS', target });
      expect(status).toBe(200);
      expect(headers.get('access-control-allow-origin')).toBe('*');
      expect(headers.get('access-control-allow-methods')).toBe('GET, POST, DELETE, OPTIONS');
      expect(headers.get('access-control-allow-headers')).toBe('Content-Type, Authorization');
    }
    const { headers } = await rawRequest(server, { target: '/packages/nowhere' });
    expect(headers.get('access-control-allow-origin')).toBe('*');
  });
});

describe('A body that is broken is refused, and leaves nothing', () => {
  const good = '{"name":"broken","version":"1.0.0"}';
  const json = { 'content-type': 'application/json' };

  test.each<[what: string, status: number, body: () => Buffer | string, headers?: Record<string, string>]>([
    ['no body at all', 400, () => ''],
    ['a form without its end', 400, () => form(good, Buffer.alloc(9000)).subarray(0, -10)],
    ['a form cut in a header', 400, () => form(good, Buffer.alloc(9000)).subarray(0, 90)],
    ['a form of another boundary', 400, () => form(good, Buffer.alloc(9000)), { 'content-type': `${TYPE}x` }],
    [
      'a form without a boundary',
      400,
      () => form(good, Buffer.alloc(9000)),
      { 'content-type': 'multipart/form-data' },
    ],
    ['a huge field', 413, () => form(`"${'x'.repeat(2_000_000)}"`, Buffer.alloc(10))],
    ['a header without an end', 413, () => `--${BOUNDARY}\r\nX: ${'x'.repeat(500_000)}`],
    ['a form in a form', 400, () => form(good, form(good, Buffer.from('x')))],
    [
      'thousands of parts',
      413,
      () => `--${BOUNDARY}\r\nContent-Disposition: form-data; name="x"\r\n\r\nx\r\n`.repeat(10_000),
    ],
    [
      'a boundary of nothing',
      400,
      () => form(good, Buffer.alloc(10)),
      { 'content-type': 'multipart/form-data; boundary=' },
    ],
    ['garbage for JSON', 400, () => Buffer.from([0, 255, 1, 254]), json],
    ['JSON that nests without end', 400, () => `{"metadata":${'['.repeat(100_000)}`, json],
    ['base64 with something else in it', 400, () => `{"metadata":${good},"tarball":"AAAA\\u0000AAAA"}`, json],
    ['a tarball twice', 400, () => `{"tarball":"AAAA","tarball":"AAAA","metadata":${good}}`, json],
    ['a compressed body', 415, () => form(good, Buffer.alloc(10)), { 'content-encoding': 'gzip' }],
    [
      'a name out of reach',
      400,
      () => form('{"name":"../../etc/passwd","version":"1.0.0"}', Buffer.alloc(10)),
    ],
    ['a version out of reach', 400, () => form('{"name":"broken","version":"../1.0.0"}', Buffer.alloc(10))],
    ['metadata that is a list', 400, () => form('[]', Buffer.alloc(10))],
    [
      'metadata with a prototype',
      400,
      () => form('{"__proto__":{"name":"broken","version":"1.0.0"}}', Buffer.alloc(10)),
    ],
  ])('%s', async (_what, status, body, headers) => {
    expect(refused(await send(body(), headers))).toBe(status);
    await expect.poll(traces, PATIENCE).toEqual([]);
  });

  test('chunks without end stop at the limit', async () => {
    const connection = await RawConnection.to(server);
    const headers = { authorization: token, 'content-type': TYPE, 'transfer-encoding': 'chunked' };
    connection.write(requestHead({ method: 'POST', target: '/publish', headers }));
    const piece = Buffer.alloc(1_000_000, 'x');
    const frame = () => {
      connection.write(`${piece.length.toString(16)}\r\n`);
      connection.write(piece);
      connection.write('\r\n');
    };
    for (let sent = 0; sent < 80; sent += 1) frame();
    expect(refused(await connection.answer('POST'))).toBe(413);
    connection.hangUp();
    await expect.poll(traces, PATIENCE).toEqual([]);
  });

  test.each([0.001, 0.5, 0.99])('publishers who hang up at %d of either form leave nothing', async (part) => {
    const tarball = await packageOfSize('gone', 4 * 1024 ** 2);
    const metadata = '{"name":"gone","version":"1.0.0"}';
    const bodies: [string, Buffer][] = [
      [TYPE, form(metadata, tarball)],
      ['application/json', Buffer.from(`{"tarball":"${tarball.toString('base64')}","metadata":${metadata}}`)],
    ];
    const connections: RawConnection[] = [];
    for (const [type, body] of bodies) {
      const connection = await RawConnection.to(server);
      const headers = { authorization: token, 'content-type': type, 'content-length': String(body.length) };
      connection.write(requestHead({ method: 'POST', target: '/publish', headers }));
      connection.write(body.subarray(0, Math.floor(body.length * part)));
      connections.push(connection);
    }
    const begun = part >= 0.5 ? connections.length : 0;
    await expect
      .poll(() => storedFiles(server).length, PATIENCE)
      .toBeGreaterThanOrEqual(before.length + begun);
    for (const connection of connections) connection.hangUp();
    await expect.poll(traces, PATIENCE).toEqual([]);
    expect((await rawRequest(server, { target: '/packages/gone' })).status).toBe(404);
  });

  test('names with tricks in them are refused or not found, and never more', async () => {
    const strange: string[] = [];
    for (const target of [
      '/packages/%00',
      '/packages/a%00b/1.0.0/tarball',
      '/packages/..%2f..%2fetc%2fpasswd',
      '/packages/%2e%2e/1.0.0',
      '/packages/@/x',
      '/packages/@%2f',
      '/packages/@a%2fb%2fc',
      '/packages/%',
      '/packages/%c0%ae',
      '/packages/constructor',
      '/packages/__proto__/versions/x',
      '/packages/there/__proto__',
      '/packages/there/constructor/tarball',
      `/packages/${'a'.repeat(3000)}`,
      '/packages/there/%2e%2e/tarball',
      '/packages//there/1.0.0/tarball/x',
      '/packages/there/1.0.0/tarball/..',
    ]) {
      const { status } = await rawRequest(server, { target });
      if (![400, 404, 414].includes(status)) strange.push(`${target}: ${status}`);
    }
    expect(strange).toEqual([]);
    expect((await rawRequest(server, { target: '/packages/there' })).status).toBe(200);
  });
});
