import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tarGz, type TarItem } from '../formats/zig-archive.ts';
import { startInProcess, type InProcess } from '../setup/in-process.ts';
import { register } from '../setup/publish.ts';
import { RawConnection, rawRequest } from '../setup/raw.ts';
import { refusalOf, storedFiles } from '../setup/traces.ts';
import {
  askVais,
  publishVais,
  vaisForm,
  vaisFormType,
  vaisManifest,
  vaisMetadata,
  vaisTarball,
  type VaisPackageWish,
} from '../setup/vais-packages.ts';

let server: InProcess & { port: number };
let token: string;
let before: string[];
beforeAll(async () => {
  const started = await startInProcess({
    KONTOR_REGISTRATION: 'open',
    KONTOR_VAIS_MAX_PACKAGE_SIZE: '4MB',
    KONTOR_RATE_LIMITS: 'off',
  });
  server = Object.assign(started, { port: Number(new URL(started.url).port) });
  token = await register(server, 'anna');
  await publishVais(server, token, { name: 'other' });
  before = storedFiles(server);
});
afterAll(() => server.stop());

/** What a refusal says, after making sure that it is one, and that nothing of the upload is there. */
async function refusedWith(
  answer: Promise<{ status: number; body: unknown }>,
  status = 400,
): Promise<string> {
  const { body, ...rest } = await answer;
  expect(refusalOf({ status: rest.status, body: JSON.stringify(body) })).toEqual([status, undefined]);
  expect(body).toMatchObject({ status });
  expect((await askVais(server, '/vais/packages/demo')).status).toBe(404);
  await expect.poll(() => storedFiles(server), { timeout: 20_000 }).toEqual(before);
  return (body as { error: string }).error;
}

const publishDemo = (tarball: Buffer, metadata: Record<string, unknown> = {}) =>
  publishVais(server, token, {}, { tarball, metadata });
const withManifest = async (manifest: string) => publishDemo(await vaisTarball({ manifest }));

describe('A manifest is refused', () => {
  test.each<[string, string, RegExp]>([
    ['that is empty', '', /^Archive error: vais\.toml: it has no \[package\]/],
    ['that is cut', '[package]\nname = "de', /^Archive error: vais\.toml is not valid TOML, at line 2/],
    ['that is JSON', '{"name": "demo"}', /^Archive error: vais\.toml is not valid TOML/],
    ['that is nested without end', `x = ${'['.repeat(100_000)}`, /^Archive error: .*nested/],
    ['of another package', vaisManifest({ name: 'other' }), /^Bad request: The name is demo .* other in/],
    [
      'of another version',
      vaisManifest({ version: '1.0.1' }),
      /^Bad request: The version is 1\.0\.0 .* 1\.0\.1/,
    ],
  ])('%s', async (_what, manifest, says) => {
    expect(await refusedWith(withManifest(manifest))).toMatch(says);
  });

  test.each<[string, string]>([
    ['a constraint that is none', 'x = "latest"'],
    ['a range of npm', 'x = "1.0.0 - 2.0.0"'],
    ['alternatives', 'x = "^1 || ^2"'],
    ['a version with a v', 'x = "v1.2.3"'],
    ['four numbers', 'x = { version = "1.2.3.4" }'],
    ['a constraint without end', `x = "${'>=1.0.0,'.repeat(100)}<2.0.0"`],
    ['a NUL', 'x = "1.0.0\\u0000"'],
    ['a place that is not the registry', 'x = { git = "https://example.com/x", version = "1" }'],
    ['another name', 'x = { package = "other", version = "1" }'],
    ['another registry', 'x = { version = "1", registry = "https://example.com" }'],
    ['a key that is spelled wrongly', 'x = { versoin = "=1.0.0" }'],
    ['more features than anybody has', `x = { version = "1", features = [${'"a",'.repeat(101)}] }`],
  ])('[V-60] with %s', async (_what, line) => {
    const says = await refusedWith(withManifest(vaisManifest({ more: `[dependencies]\n${line}` })));
    expect(says).toMatch(/^(Bad request|Archive error): .*\bx\b/);
  });

  test('that needs its own package', async () => {
    const says = await refusedWith(withManifest(vaisManifest({ more: '[dependencies]\ndemo = "^0.1"' })));
    expect(says).toMatch(/^Archive error: vais\.toml: "demo" in \[dependencies\] is this very package/);
  });

  test.each<[string, string, RegExp]>([
    ['a long description', `homepage = "${'x'.repeat(2001)}"`, /homepage has more than 2000/],
    ['a control character', 'keywords = ["\\u0000"]', /keywords holds a control/],
    [
      'keywords without end',
      `keywords = [${Array.from({ length: 51 }, (_, n) => `"k${n}"`).join(', ')}]`,
      /more than 50 keywords/,
    ],
    [
      'dependencies without end',
      `[dependencies]\n${Array.from({ length: 1001 }, (_, n) => `d${n} = "1"`).join('\n')}`,
      /more than 1000 normal dependencies/,
    ],
    [
      'dependencies that would fill the index',
      `[dependencies]\n${Array.from({ length: 1000 }, (_, n) => `dependency-${n} = "^1.0.0, <1.${n}.0"`).join('\n')}`,
      /more than 16384 bytes in the index/,
    ],
  ])('[V-60] with %s', async (_what, more, says) => {
    expect(await refusedWith(withManifest(vaisManifest({ more })))).toMatch(says);
  });
});

test('[V-60] a package does not grow in the index without end, and takes no room from others', async () => {
  const names = Array.from({ length: 240 }, (_, n) => `a${n} = "^1.0.0, <9.${n}.0"`).join('\n');
  const publish = (minor: number) =>
    publishVais(server, token, {
      name: 'growing',
      version: `1.${minor}.0`,
      more: `[dependencies]\n${names}`,
    });
  let [taken, answer] = [0, await publish(0)];
  while (answer.status === 200) answer = await publish(++taken);
  expect(taken).toBeGreaterThan(30);
  expect(answer).toMatchObject({
    status: 400,
    body: {
      error: expect.stringMatching(/^Bad request: The versions of growing would take .* in the index/),
    },
  });
  expect((await askVais(server, `/packages/growing/1.${taken}.0`)).status).toBe(404);
  expect((await publishVais(server, token, { name: 'small' })).status).toBe(200);
  before = storedFiles(server);
});

test.each([
  'Demo',
  'de mo',
  '-demo',
  '_demo',
  'dé',
  'std',
  'main',
  '../demo',
  'a/b',
  'd'.repeat(65),
  '',
  '__proto__',
])('the name %j is refused', async (name) => {
  expect(await refusedWith(publishDemo(await vaisTarball(), { name }))).toMatch(/^Invalid package name: /);
});

test.each([
  '1',
  '1.0',
  '1.0.0.5',
  '01.0.0',
  'v1.0.0',
  ' 1.0.0',
  '1.0.0-',
  '1.0.0-01',
  '99999999999999999999.0.0',
  '1.0.0-99999999999999999999',
  '1.0.0-x.tar.gz',
  `1.0.0-${'x'.repeat(100)}`,
  '',
  '../1.0.0',
])('[V-60] the version %j is refused, which some clients could not read', async (version) => {
  const manifest = vaisManifest({ version });
  const says = await refusedWith(publishDemo(await vaisTarball({ manifest }), { version }));
  expect(says).toMatch(/^Invalid version: /);
});

const good: TarItem[] = [
  { name: 'vais.toml', content: vaisManifest() },
  { name: 'src/lib.vais', content: 'x' },
];

describe('[V-39] An archive is refused', () => {
  test.each<[string, TarItem[], RegExp]>([
    ['without a manifest', good.slice(1), /no vais\.toml/],
    ['without sources', good.slice(0, 1), /src\/lib\.vais nor src\/main\.vais/],
    ['with a path that leaves it', [...good, { name: '../evil' }], /evil/],
    ['with a link', [...good, { name: 'src/link', type: 'symlink', to: '/etc/passwd' }], /link/],
    [
      'with two names that are one where case does not count',
      [...good, { name: 'README' }, { name: 'readme' }],
      /"README" and "readme" are one file/,
    ],
    ['with a name that no file can have', [...good, { name: 'n'.repeat(256) }], /more than 255 bytes/],
    ['with a name that Windows cannot have', [...good, { name: 'src/con.vais' }], /"src\/con\.vais".* CON/],
    [
      'with zeros without end',
      [...good, { name: 'zeros', content: Buffer.alloc(64 * 1024 ** 2) }],
      /200 times/,
    ],
  ])('%s', async (_what, items, says) => {
    const error = await refusedWith(publishDemo(await tarGz(items)));
    expect(error).toMatch(/^Archive error: /);
    expect(error).toMatch(says);
  });

  test.each<[string, () => Buffer | Promise<Buffer>]>([
    ['no bytes', () => Buffer.alloc(0)],
    ['no gzip', () => Buffer.from('not an archive')],
    ['gzip of text', () => gzipSync('hello '.repeat(1000))],
    ['half of one', async () => (await tarGz(good)).subarray(0, 100)],
    ['a zip archive', () => Buffer.from('PK\u0003\u0004nonsense')],
  ])('that is %s', async (_what, make) => {
    expect(await refusedWith(publishDemo(await make()))).toMatch(/^Archive error: /);
  });

  test('that goes on behind its end', async () => {
    const tar = Buffer.concat([gunzipSync(await tarGz(good)), Buffer.alloc(600, 'more')]);
    expect(await refusedWith(publishDemo(gzipSync(tar)))).toMatch(
      /^Archive error: The archive goes on behind its end/,
    );
  });

  test('[V-46] over the limit, whether or not its length is told before', async () => {
    const says = /^The archive is larger than 4 MB, /;
    expect(await refusedWith(publishDemo(Buffer.alloc(4 * 1024 ** 2 + 1, 'x')), 413)).toMatch(says);
    expect(await refusedWith(publishDemo(Buffer.alloc(20 * 1024 ** 2)), 413)).toMatch(says);
  });
});

const send = async (type: string | undefined, body: string | Buffer) => {
  const answer = await rawRequest(server, {
    method: 'POST',
    target: '/vais/packages/publish',
    headers: { authorization: `Bearer ${token}`, ...(type !== undefined && { 'content-type': type }) },
    body,
  });
  return { status: answer.status, body: JSON.parse(answer.body) as unknown };
};
const formOf = async (metadata: string, parts?: string[], wish: VaisPackageWish = {}) =>
  vaisForm(metadata, await vaisTarball(wish), parts && { parts });

describe('A form is refused', () => {
  test('that is none', async () => {
    for (const type of [
      undefined,
      'application/json',
      'multipart/mixed; boundary=x',
      'multipart/form-data',
    ]) {
      expect(await refusedWith(send(type, '{}'))).toMatch(/^Bad request: /);
    }
  });

  test('that ends too early', async () => {
    const whole = await formOf(JSON.stringify(vaisMetadata({}, await vaisTarball())));
    for (const end of [0, 10, 100, 400, whole.length - 8]) {
      expect(await refusedWith(send(vaisFormType, whole.subarray(0, end)))).toMatch(/^Bad request: /);
    }
  });

  test('of garbage', async () => {
    const boundary = vaisFormType.replace(/^.*=/, '');
    for (const body of [
      'x'.repeat(100_000),
      `--${boundary}`,
      `--${boundary}\r\n\r\n\r\n--${boundary}--\r\n`,
      `--${boundary}\r\nno header\r\n\r\nx\r\n--${boundary}--\r\n`,
      `--${boundary}\r\n${'X: y\r\n'.repeat(10_000)}\r\nx\r\n--${boundary}--\r\n`,
    ]) {
      const answer = await send(vaisFormType, body);
      expect([400, 413]).toContain(answer.status);
      await refusedWith(Promise.resolve(answer), answer.status);
    }
  });

  test('with ten thousand parts', async () => {
    const parts = Array.from({ length: 10_000 }, (_, index) => `part-${index}`);
    expect(await refusedWith(send(vaisFormType, await formOf('{}', parts)), 413)).toMatch(/more than 20/);
  });

  test('with a part twice, or without one', async () => {
    const metadata = JSON.stringify(vaisMetadata({}, await vaisTarball()));
    const refused = async (parts: string[]) => refusedWith(send(vaisFormType, await formOf(metadata, parts)));
    expect(await refused(['metadata', 'archive', 'metadata'])).toMatch(/^Bad request: .*metadata twice/);
    expect(await refused(['archive', 'metadata', 'archive'])).toMatch(/^Bad request: .*archive twice/);
    expect(await refused(['archive'])).toMatch(/^Bad request: .*lacks the part metadata/);
    expect(await refused(['metadata', 'x'])).toMatch(/^Bad request: .*lacks the part archive/);
    expect(await refused([])).toMatch(/^Bad request: /);
  });

  test.each([
    '',
    '{',
    'null',
    '[]',
    '"demo"',
    '{"name":1,"version":"1.0.0"}',
    '{"name":"demo"}',
    '{"version":"1.0.0"}',
    '{"name":"demo","version":"1.0.0","authors":"me"}',
    '{"name":"demo","version":"1.0.0","checksum":7}',
    `{"name":${'['.repeat(100_000)}`,
  ])('with the metadata %.60s', async (metadata) => {
    expect(await refusedWith(send(vaisFormType, await formOf(metadata)))).toBe('Invalid JSON');
  });

  test('with metadata that are no text for an index', async () => {
    const manifest = '[package]\nname = "demo"\nversion = "1.0.0"\n';
    for (const description of ['\ud800', '\u0000', 'x'.repeat(4001)]) {
      const says = await refusedWith(publishDemo(await vaisTarball({ manifest }), { description }));
      expect(says).toMatch(/^Bad request: The description/);
    }
    expect(await refusedWith(send(vaisFormType, await formOf('x'.repeat(2 * 1024 ** 2))), 413)).toMatch(
      /field "metadata"/,
    );
  });

  test('and leaves nothing when its sender hangs up', async () => {
    const whole = await formOf('{}', undefined, { files: { noise: Buffer.alloc(300_000, 'xyz') } });
    const connection = await RawConnection.to(server);
    connection.write(
      `POST /packages/publish HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n` +
        `Content-Type: ${vaisFormType}\r\nContent-Length: ${whole.length + 100_000}\r\n\r\n`,
    );
    connection.write(whole.subarray(0, -30));
    await expect.poll(() => storedFiles(server).length, { timeout: 20_000 }).toBeGreaterThan(before.length);
    connection.hangUp();
    await expect.poll(() => storedFiles(server), { timeout: 20_000 }).toEqual(before);
  });
});

const yankOther = (body: string) =>
  rawRequest(server, {
    method: 'POST',
    target: '/vais/packages/other/1.0.0/yank',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body,
  });

describe('A path', () => {
  test.each([
    '/packages/%ff',
    '/packages/%00',
    '/packages/..%2f..%2fetc',
    `/packages/${'a'.repeat(2000)}`,
    '/packages/demo/..%2f..%2fetc.tar.gz',
    '/packages/other/%0a',
    `/packages/other/${'1'.repeat(100)}`,
    '/packages/other/.tar.gz',
    '/packages/__proto__',
    '/packages/other/__proto__',
    '/api/v1/packages/other/__proto__',
    '/api/v2/packages/other',
    '/packages',
    '/packages/other/1.0.0/files',
  ])('%s leads nowhere, and nothing breaks', async (path) => {
    for (const base of ['', '/vais']) {
      const { status } = await rawRequest(server, { target: base + path });
      expect([400, 404, 414]).toContain(status);
    }
  });

  test.each([
    ['PUT', '/packages/publish'],
    ['DELETE', '/packages/other'],
    ['POST', '/packages/other/1.0.0'],
    ['PATCH', '/packages/other/1.0.0/yank'],
    ['POST', '/packages/other/1.0.0/burn'],
    ['TRACE', '/packages/other'],
  ])('is not for %s %s', async (method, path) => {
    const { status, body } = await rawRequest(server, {
      method,
      target: `/vais${path}`,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'text/plain' },
      body: 'x',
    });
    expect([404, 405]).toContain(status);
    expect(JSON.parse(body)).toBeTypeOf('object');
  });

  test('takes no body where none belongs, and minds none', async () => {
    expect([(await yankOther('')).status, (await yankOther('{"broken')).status]).toEqual([200, 200]);
  });
});
