import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { fingerprintOf, tarGz, zonManifest, type TarItem } from '../formats/zig-archive.ts';
import { register } from '../setup/publish.ts';
import { RawConnection, rawRequest } from '../setup/raw.ts';
import { kontor, startKontor, type RunningKontor } from '../setup/server.ts';
import { heldOpen, refusalOf, storedFiles } from '../setup/traces.ts';
import { askZig, publishZig, zigManifest, zigTarball } from '../setup/zig-packages.ts';

let server: RunningKontor;
let token: string;
let before: string[];
beforeAll(async () => {
  server = await startKontor({ env: { KONTOR_PANTRY_MAX_PACKAGE_SIZE: '4MB' } });
  token = await register(server, 'anna');
  await publishZig(server, token, { name: 'other' });
  before = storedFiles(server);
});

/** What a refusal says, after making sure that it is one, and that nothing of the upload is there. */
async function refusedWith(
  answer: Promise<{ status: number; body: unknown }>,
  status = 400,
): Promise<string> {
  const { body, ...rest } = await answer;
  expect(refusalOf({ status: rest.status, body: JSON.stringify(body) })).toEqual([status, undefined]);
  expect((await askZig(server, '/packages/demo')).status).toBe(404);
  await expect.poll(() => storedFiles(server), { timeout: 20_000 }).toEqual(before);
  return (body as { error: string }).error;
}

const publishDemo = (tarball: Buffer, fields: Record<string, string> = {}) =>
  publishZig(server, token, { name: 'demo' }, { tarball, fields });

const zon = (text: string) => zigTarball({ name: 'demo', manifest: text });

describe('A manifest is refused', () => {
  test.each<[string, string, RegExp]>([
    ['that is cut', '.{\n    .name = .demo,', /build\.zig\.zon:2:\d+/],
    ['with a broken string', '.{\n    .name = .demo,\n    .version = "1.0.0,\n}', /build\.zig\.zon:3:\d+/],
    ['that is JSON', '{"name": "demo", "version": "1.0.0"}', /build\.zig\.zon:1:1/],
    ['that is empty', '', /build\.zig\.zon:1:1/],
    ['without a name', '.{ .version = "1.0.0" }', /name/],
    ['without a version', `.{ .name = .demo, .fingerprint = ${fingerprintOf('demo')} }`, /version/],
    ['with a version that is none', zonManifest('demo', '1.0'), /"1\.0" is not valid semver/],
    [
      'whose fingerprint belongs to another name',
      zonManifest('demo', '1.0.0').replace(fingerprintOf('demo'), fingerprintOf('other')),
      /fingerprint .* does not fit the name demo.* write 0x/,
    ],
    ['whose paths leave it out', zonManifest('demo', '1.0.0', '', ['src']), /paths leave build\.zig\.zon/],
    ['with a name of 33 letters', zonManifest('d'.repeat(33), '1.0.0'), /32 bytes/],
    ['of bytes that are no text', '.{ .name = .de\u0000mo, .version = "1.0.0" }', /build\.zig\.zon:1:\d+/],
  ])('[P-26] %s', async (_what, manifest, says) => {
    expect(await refusedWith(publishDemo(await zon(manifest)))).toMatch(says);
  });

  test('that is nested a thousand deep, at once', async () => {
    const deep = `.{ .name = .demo, .version = "1.0.0", .x = ${'.{'.repeat(100_000)}`;
    expect(await refusedWith(publishDemo(await zon(deep)))).toMatch(/build\.zig\.zon/);
  });
});

const good: TarItem[] = [
  { name: 'demo/build.zig.zon', content: zonManifest('demo', '1.0.0') },
  { name: 'demo/src/root.zig', content: 'pub const x = 1;\n' },
];

describe('An archive is refused', () => {
  test.each<[string, TarItem[], RegExp]>([
    ['two roots', [...good, { name: 'other/file', content: 'x' }], /one folder/],
    ['files beside its root', [...good, { name: 'README.md', content: 'x' }], /one folder/],
    ['no root', [{ name: 'build.zig.zon', content: zonManifest('demo', '1.0.0') }], /one folder/],
    ['a file twice', [...good, { name: 'demo/src/root.zig', content: 'x' }], /src\/root\.zig/],
    ['a hard link', [...good, { name: 'demo/hard', type: 'link', to: 'demo/src/root.zig' }], /hard link/],
    ['a device', [...good, { name: 'demo/device', type: 'character-device' }], /device/],
    ['a pipe', [...good, { name: 'demo/pipe', type: 'fifo' }], /pipe/],
    ['a path that leaves it', [...good, { name: 'demo/../../evil', content: 'x' }], /evil/],
    ['an absolute path', [...good, { name: '/etc/evil', content: 'x' }], /evil/],
    ['nothing', [], /no files/],
    [
      'a link for a manifest',
      [{ name: 'demo/build.zig.zon', type: 'symlink', to: 'x' }],
      /build\.zig\.zon is a link/,
    ],
  ])('with %s', async (_what, items, says) => {
    expect(await refusedWith(publishDemo(await tarGz(items)))).toMatch(says);
  });

  test.each<[string, () => Buffer | Promise<Buffer>]>([
    ['no bytes', () => Buffer.alloc(0)],
    ['no gzip', () => Buffer.from('not an archive')],
    ['gzip of text', () => gzipSync('hello '.repeat(1000))],
    ['half of one', async () => (await tarGz(good)).subarray(0, 100)],
    ['zstd', () => Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0, 0, 0])],
    ['a zip archive', () => Buffer.from('PK\u0003\u0004nonsense')],
    ['64 MB of zeros', () => tarGz([...good, { name: 'demo/zeros', content: Buffer.alloc(64 * 1024 ** 2) }])],
  ])('that is %s', async (_what, make) => {
    expect(await refusedWith(publishDemo(await make()))).toMatch(/archive/i);
  });

  test('over the limit, told as Pantry does, whether or not its length is told before', async () => {
    const large = Buffer.alloc(5 * 1024 ** 2, 'x');
    const says = 'Tarball exceeds maximum size of 4MB';
    expect(await refusedWith(publishDemo(large), 413)).toBe(says);
    expect(await refusedWith(publishDemo(Buffer.alloc(20 * 1024 ** 2)), 413)).toBe(says);
  });
});

const BOUNDARY = 'b0undary';
const form = `multipart/form-data; boundary=${BOUNDARY}`;
const part = (head: string, body: string | Buffer) =>
  Buffer.concat([
    Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: form-data; ${head}\r\n\r\n`),
    Buffer.from(body),
    Buffer.from('\r\n'),
  ]);
const end = Buffer.from(`--${BOUNDARY}--\r\n`);
const send = async (type: string | undefined, body: string | Buffer) => {
  const answer = await rawRequest(server, {
    method: 'POST',
    target: '/zig/publish',
    headers: { authorization: `Bearer ${token}`, ...(type !== undefined && { 'content-type': type }) },
    body,
  });
  return { status: answer.status, body: JSON.parse(answer.body) as unknown };
};

describe('A form is refused', () => {
  test('that is none', async () => {
    for (const type of [undefined, 'application/json', 'multipart/mixed; boundary=x']) {
      expect(await refusedWith(send(type, '{}'), 415)).toBe('Unsupported content type');
    }
  });

  test('without a boundary, or without its end', async () => {
    expect(await refusedWith(send('multipart/form-data', 'x'))).toMatch(/boundary/);
    const half = part('name="tarball"; filename="x.tar.gz"', await tarGz(good));
    await refusedWith(send(form, half));
    await refusedWith(send(form, half.subarray(0, 80)));
    await refusedWith(send(form, ''));
  });

  test('without an archive, or with two', async () => {
    expect(await refusedWith(send(form, end))).toBe('Missing tarball');
    const other = Buffer.concat([
      part('name="description"', 'x'),
      part('name="file"; filename="x"', 'y'),
      end,
    ]);
    expect(await refusedWith(send(form, other))).toBe('Missing tarball');
    const archive = part('name="tarball"; filename="x.tar.gz"', await tarGz(good));
    await refusedWith(send(form, Buffer.concat([archive, archive, end])), 413);
  });

  test('with fields that are too large', async () => {
    const tarball = await tarGz(good);
    const long = await refusedWith(publishDemo(tarball, { description: 'x'.repeat(2001) }));
    expect(long).toMatch(/2000 characters/);
    const manifest = 'x'.repeat(2 * 1024 ** 2);
    expect(await refusedWith(publishDemo(tarball, { manifest }), 413)).toMatch(/field "manifest"/);
  });

  test('with a manifest of another package', async () => {
    const manifest = zigManifest({ name: 'innocent' });
    expect(await refusedWith(publishDemo(await tarGz(good), { manifest }))).toMatch(/name is innocent there/);
  });

  test('and leaves nothing when its sender hangs up', async () => {
    const connection = await RawConnection.to(server);
    const archive = part('name="tarball"; filename="x.tar.gz"', Buffer.alloc(200_000, 'x'));
    connection.write(
      `POST /zig/publish HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Type: ${form}\r\n` +
        `Content-Length: ${archive.length + 100_000}\r\n\r\n`,
    );
    connection.write(archive);
    await expect.poll(() => storedFiles(server).length, { timeout: 20_000 }).toBeGreaterThan(before.length);
    connection.hangUp();
    await expect.poll(() => storedFiles(server), { timeout: 20_000 }).toEqual(before);
  });
});

test.each([
  '/packages/%ff',
  '/packages/%00',
  '/packages/..%2f..%2fetc',
  `/packages/${'a'.repeat(2000)}`,
  '/packages/demo/..%2f..%2fetc/tarball',
  '/packages/demo/%0a/tarball',
  `/packages/demo/${'1'.repeat(100)}/tarball`,
  '/packages/__proto__',
  '/packages/other/__proto__',
  `/hash/${'x'.repeat(500)}`,
  '/hash/%e2%82',
  '/search?q=a&q=b',
  '/search?limit=-1',
  '/search?limit=9999999999',
])('[P-24] a read of %s is refused, and nothing breaks', async (path) => {
  const { status } = await rawRequest(server, { target: `/zig${path}` });
  expect([400, 404]).toContain(status);
});

test('after all that no file is held open, and what is stored is whole', async () => {
  expect(heldOpen(server).files).toEqual([]);
  expect(server.logs()).not.toContain('error:');
  const verified = await kontor(['verify'], { env: { KONTOR_DATA: server.data } });
  expect(verified).toMatchObject({ code: 0, stderr: '' });
});
