import { gzipSync } from 'node:zlib';
import { beforeAll, expect, test } from 'vitest';
import { makeArchive } from '../setup/hostile.ts';
import { digestsOf, makeTarball, packageTarball, publish, publishBody, register } from '../setup/publish.ts';
import { rawRequest } from '../setup/raw.ts';
import { kontor, startKontor, type RunningKontor } from '../setup/server.ts';
import { addedFor, refusalOf, heldOpen, storedFiles } from '../setup/traces.ts';

let server: RunningKontor;
let token: string;
let before: string[];
beforeAll(async () => {
  server = await startKontor({ env: { KONTOR_MAX_PACKAGE_SIZE: '8MB' } });
  token = await register(server, 'anna');
  await publish(server, token, 'other', '1.0.0');
  before = storedFiles(server);
});
const manifest = { name: 'package/package.json', content: '{"name":"demo","version":"1.0.0"}' };
const withEntry = (entry: Parameters<typeof makeArchive>[0][number]) => makeArchive([manifest, entry]);

async function publishDemo(tarball: Buffer): Promise<{ status: number; body: string }> {
  const { status, text } = await publish(server, token, 'demo', '1.0.0', { tarball });
  return { status, body: text };
}

test.each<[string, (tarball: Buffer) => Record<string, unknown>]>([
  ['a SHA-512 of other bytes', () => ({ integrity: digestsOf(Buffer.from('x')).integrity })],
  ['a SHA-1 of other bytes', () => ({ shasum: digestsOf(Buffer.from('x')).shasum })],
  ['the right SHA-512 and a wrong SHA-1', (tarball) => ({ ...digestsOf(tarball), shasum: '0'.repeat(40) })],
])('a tarball with %s in its manifest is refused', async (_what, dist) => {
  const tarball = await packageTarball('demo', '1.0.0');
  const body = publishBody('demo', '1.0.0', tarball);
  body.versions['1.0.0'] = { ...body.versions['1.0.0'], dist: dist(tarball) };
  const answer = await rawRequest(server, {
    method: 'PUT',
    target: '/npm/demo',
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  });
  expect(refusalOf(answer)).toEqual([422, 'digest_mismatch']);
  expect(await addedFor(server, 'demo', before)).toEqual([]);
});

test.each<[string, Record<string, unknown>]>([
  ['another name', { name: 'innocent', version: '1.0.0' }],
  ['another version', { name: 'demo', version: '1.0.1' }],
  ['no name', { version: '1.0.0' }],
  ['a script that the manifest hides', { name: 'demo', version: '1.0.0', scripts: { postinstall: 'evil' } }],
  [
    'a dependency that the manifest hides',
    { name: 'demo', version: '1.0.0', dependencies: { evil: '1.0.0' } },
  ],
])('a tarball whose package.json has %s is refused', async (_what, inside) => {
  const tarball = await makeTarball({ 'package/package.json': JSON.stringify(inside) });
  expect(refusalOf(await publishDemo(tarball))).toEqual([422, 'manifest_invalid']);
  expect(await addedFor(server, 'demo', before)).toEqual([]);
});

test.each<[string, () => Buffer | Promise<Buffer>]>([
  ['nothing', () => Buffer.alloc(0)],
  ['no gzip', () => Buffer.from('not an archive')],
  ['a zip archive', () => Buffer.from('PK\u0003\u0004nonsense')],
  ['gzip of nothing', () => gzipSync('')],
  ['gzip of text', () => gzipSync('hello '.repeat(1000))],
  ['a tar that is not compressed', async () => Buffer.from(await makeTarball({})).subarray(0, 20)],
  ['half an archive', async () => (await packageTarball('demo', '1.0.0')).subarray(0, 100)],
  [
    'data behind the archive',
    async () => Buffer.concat([await packageTarball('demo', '1.0.0'), Buffer.from('x')]),
  ],
  ['no package.json', () => makeTarball({ 'package/index.js': '' })],
  ['package.json only further down', () => makeTarball({ 'package/lib/package.json': '{}' })],
  ['two package.json', () => makeArchive([manifest, { ...manifest, name: 'other/package.json' }])],
  ['package.json that is no JSON', () => makeTarball({ 'package/package.json': '{' })],
  ['package.json that is a list', () => makeTarball({ 'package/package.json': '[]' })],
  [
    'a file twice',
    () => makeArchive([manifest, { name: 'package/a', content: 'a' }, { name: 'package/a', content: 'b' }]),
  ],
  ['a path that leaves', () => withEntry({ name: 'package/../../evil', content: 'x' })],
  ['an absolute path', () => withEntry({ name: '/etc/evil', content: 'x' })],
  ['a backslash in a path', () => withEntry({ name: 'package\\..\\evil', content: 'x' })],
  ['a drive', () => withEntry({ name: 'C:/evil', content: 'x' })],
  ['a link out', () => withEntry({ name: 'package/link', type: 'symlink', linkname: '../../etc/passwd' })],
  [
    'a link to an absolute path',
    () => withEntry({ name: 'package/link', type: 'symlink', linkname: '/etc/passwd' }),
  ],
  ['a hard link out', () => withEntry({ name: 'package/link', type: 'link', linkname: '../../etc/passwd' })],
  [
    'a file below a link',
    () =>
      makeArchive([
        manifest,
        { name: 'package/link', type: 'symlink', linkname: 'lib' },
        { name: 'package/link/evil', content: 'x' },
      ]),
  ],
  ['a device', () => withEntry({ name: 'package/zero', type: 'character-device', devmajor: 1, devminor: 5 })],
  ['a pipe', () => withEntry({ name: 'package/pipe', type: 'fifo' })],
])('an archive with %s is refused', async (_what, make) => {
  expect(refusalOf(await publishDemo(await make()))).toEqual([422, 'archive_invalid']);
  expect(await addedFor(server, 'demo', before)).toEqual([]);
});

test.each<[string, () => Buffer | Promise<Buffer>]>([
  ['64 MB of zeros', () => withEntry({ name: 'package/zeros', content: Buffer.alloc(64 * 1024 ** 2) })],
  [
    '120,000 folders in 250 paths',
    () =>
      makeArchive([
        manifest,
        ...Array.from({ length: 250 }, (_, index) => ({ name: `package/${index}/${'d/'.repeat(480)}x` })),
      ]),
  ],
  ['a package.json of 2 MB', () => makeTarball({ 'package/package.json': ' '.repeat(2 * 1024 ** 2) })],
  ['a path of 5,000 characters', () => withEntry({ name: `package/${'d/'.repeat(2500)}x`, content: 'x' })],
])('an archive with %s is refused as too large', async (_what, make) => {
  expect(refusalOf(await publishDemo(await make()))).toEqual([422, 'archive_too_large']);
  expect(await addedFor(server, 'demo', before)).toEqual([]);
});

test('twenty bombs at once leave the server answering, and nothing stored', async () => {
  const tarball = await withEntry({ name: 'package/zeros', content: Buffer.alloc(64 * 1024 ** 2) });
  const publishes = Promise.all(
    Array.from({ length: 20 }, () => publish(server, token, 'demo', '1.0.0', { tarball })),
  );
  expect((await rawRequest(server, { target: '/health' })).status).toBe(200);
  const statuses = new Set((await publishes).map(({ status }) => status));
  expect([...statuses]).toEqual([422]);
  expect(await addedFor(server, 'demo', before)).toEqual([]);
});

test('after all that no file is held open, and what is stored is whole', async () => {
  expect(heldOpen(server).files).toEqual([]);
  const verified = await kontor(['verify'], { env: { KONTOR_DATA: server.data } });
  expect(verified).toMatchObject({ code: 0, stderr: '' });
});
