import { beforeAll, describe, expect, test } from 'vitest';
import { startInProcess, type InProcess } from '../setup/in-process.ts';
import { packageTarball, register } from '../setup/publish.ts';

const SHA = 'a832a55d7cb1cbf3e4d0b8a5c1f2e3d4c5b6a798';
const LATER = 'b832a55d7cb1cbf3e4d0b8a5c1f2e3d4c5b6a798';

let server: InProcess;
let anna: string;
let ben: string;

beforeAll(async () => {
  server = await startInProcess();
  anna = await register(server, 'anna');
  ben = await register(server, 'ben');
  await publish('tinybench', { sha: SHA, pull_request: '88', branch: 'feature/x' });
  await publish('@tinylibs/spy', { sha: SHA, branch: 'feature/x' });
  return () => server.stop();
});

async function publish(
  name: string,
  fields: Record<string, string>,
  token = anna,
  manifest = {},
): Promise<void> {
  const form = new FormData();
  const all = { repository: 'https://git.example.com/TinyLibs/tinybench.git', ...fields };
  for (const [field, value] of Object.entries(all)) form.set(field, value);
  const packageJson = JSON.stringify({ name, version: '1.0.0', ...manifest });
  const tarball = await packageTarball(name, '1.0.0', { 'package/package.json': packageJson });
  form.set(`package:${name}`, new Blob([new Uint8Array(tarball)]), 'package.tgz');
  const { status } = await ask('/publish/commit', { method: 'POST', body: form, headers: bearer(token) });
  expect(status).toBe(201);
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const ask = (path: string, init: RequestInit = {}) => fetch(`${server.url}${path}`, init);
const keyAt = async (path: string) => (await ask(path, { method: 'HEAD' })).headers.get('x-commit-key');
const errorOf = async (response: Response) => [response.status, await response.json()];

describe('[P-50] the address of a preview', () => {
  test.each([
    '/tinylibs/tinybench/tinybench@a832a55',
    `/tinylibs/tinybench/tinybench@${SHA}`,
    `/tinylibs/tinybench/tinybench@${SHA.toUpperCase()}`,
    '/TinyLibs/tinybench@a832a55',
    '/tinybench@a832a55',
    '/tinybench@a832a55.tgz',
    '/pantry/tinybench@a832a55?cache=no',
    '/tinylibs/tinybench@feature%2Fx',
    '/tinylibs/tinybench@feature/x.tgz',
    '/tinylibs/tinybench@88',
    '/tinybench@88',
    `/commits/${SHA}/tinybench/tarball`,
    `/commits/a832a55/tinybench/tarball.tgz`,
  ])('%s leads to it', async (path) => {
    const [found, head] = [await ask(path), await ask(path, { method: 'HEAD' })];
    expect(found.status).toBe(200);
    expect(Buffer.from(await found.arrayBuffer()).subarray(0, 2)).toEqual(Buffer.from([0x1f, 0x8b]));
    expect(head.status).toBe(200);
    expect(head.headers.get('etag')).toBe(found.headers.get('etag'));
    expect(head.headers.get('content-length')).toBe(found.headers.get('content-length'));
  });

  test.each([
    '/@tinylibs/spy@a832a55',
    '/%40tinylibs%2Fspy@a832a55',
    '/tinylibs/tinybench/@tinylibs/spy@feature/x',
  ])('%s leads to a package with a scope', async (path) => {
    const { status, headers } = await ask(path, { method: 'HEAD' });
    expect({ status, key: headers.get('x-pkg-name-key') }).toEqual({ status: 200, key: '@tinylibs:spy' });
  });

  test('answers as pkg.pr.new does, and caches ask whether it is still the one', async () => {
    const { headers } = await ask('/tinybench@a832a55', { method: 'HEAD' });
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'application/tar+gzip',
      'content-disposition': 'attachment; filename="tinybench-a832a55.tgz"',
      'cache-control': 'public, no-cache',
      'last-modified': expect.stringMatching(/ GMT$/),
      'x-commit-key': `tinylibs:tinybench:${SHA}`,
      'x-pkg-name-key': 'tinybench',
    });
    const etag = headers.get('etag') ?? '';
    const again = await ask('/tinybench@a832a55', { headers: { 'if-none-match': etag } });
    expect([again.status, again.headers.get('cache-control')]).toEqual([304, 'public, no-cache']);
    await publish('tinybench', { sha: SHA }, anna, { description: 'replaced' });
    expect((await ask('/tinybench@a832a55', { headers: { 'if-none-match': etag } })).status).toBe(200);
  });

  test('says in ASCII which repository it is of, whatever its letters', async () => {
    await publish('letters', { sha: SHA, repository: 'https://git.example.com/日本/a ü.git' });
    expect(await keyAt('/letters@a832a55')).toBe(`%E6%97%A5%E6%9C%AC:a%20%C3%BC:${SHA}`);
    expect((await ask('/letters@a832a55')).status).toBe(200);
  });

  test('of a branch or pull request follows it', async () => {
    await publish('moved', { sha: SHA, branch: 'main', pull_request: '7', run: '1' });
    await publish('moved', { sha: LATER, branch: 'main', run: '2' });
    expect(await keyAt('/tinylibs/tinybench/moved@main')).toBe(`tinylibs:tinybench:${LATER}`);
    expect(await keyAt('/tinylibs/tinybench/moved@7')).toBe(`tinylibs:tinybench:${SHA}`);
  });

  test.each([
    ['/tinybench@%ff', 400, 'Malformed URI'],
    ['/tinybench@main', 404, 'Registry or repository not found'],
    ['/nothing@a832a55', 404, 'Pkg not found'],
    ['/tinylibs/tinybench@main', 404, 'Pkg not found'],
    ['/tinylibs/tinybench@c832a55', 404, 'Pkg not found'],
    ['/others/tinybench@a832a55', 404, 'Pkg not found'],
    ['/tinylibs/tinybench@a832a', 404, 'Pkg not found'],
    ['/pantry/four/segments/of/tinybench@a832a55', 404, 'Not found'],
  ])('%s is refused with %i', async (path, status, error) => {
    expect(await errorOf(await ask(path))).toEqual([status, { error }]);
  });

  test('is for reading only', async () => {
    expect(await errorOf(await ask('/tinybench@a832a55', { method: 'PUT', headers: bearer(anna) }))).toEqual([
      404,
      { error: 'Not found' },
    ]);
  });

  test('of a branch needs its repository where several have it, for anybody can name one', async () => {
    await publish('forked', { sha: SHA, branch: 'main' });
    await publish(
      'forked',
      { sha: LATER, branch: 'main', repository: 'https://git.example.com/ben/tinybench' },
      ben,
    );
    expect(await errorOf(await ask('/forked@main'))).toEqual([
      400,
      {
        error: expect.stringMatching(/ambiguous: several repositories .* owner\/repository\/forked@main,/),
      },
    ]);
    expect((await ask('/tinylibs/tinybench/forked@main')).headers.get('x-commit-key')).toContain(SHA);
  });

  test('of a branch that two people say is theirs is refused, and nobody is kept from publishing', async () => {
    await publish('squatted', { sha: LATER, branch: 'main' }, ben);
    await publish('squatted', { sha: SHA, branch: 'main' });
    const path = '/tinylibs/tinybench/squatted';
    expect(await errorOf(await ask(`${path}@main`))).toEqual([
      400,
      { error: expect.stringContaining('several people') as string },
    ]);
    expect(await keyAt(`${path}@${SHA}`)).toContain(SHA);
  });

  test.each([
    ['a sha of seven digits', { sha: 'd832a55' }],
    ['a branch', { sha: `e${SHA.slice(1)}`, branch: 'd832a55' }],
  ])('is nobody else’s to take with %s', async (what, fields) => {
    const name = `taken-by-${what.split(' ')[1] ?? ''}`;
    const sha = `d${SHA.slice(1)}`;
    await publish(name, { sha });
    const path = `/${name}@d832a55`;
    expect(await keyAt(path)).toContain(sha);
    await publish(name, { ...fields, repository: 'https://git.example.com/ben/evil' }, ben);
    expect(await errorOf(await ask(path))).toEqual([
      400,
      { error: expect.stringContaining('d832a55') as string },
    ]);
    expect(await keyAt(`/${name}@${sha}`)).toContain(sha);
  });

  test('of a branch that is called like a commit of the same publisher leads where the branch does', async () => {
    await publish('twofold', { sha: SHA });
    await publish('twofold', { sha: LATER, branch: SHA.slice(0, 7) });
    expect(await keyAt(`/twofold@${SHA.slice(0, 7)}`)).toContain(LATER);
  });

  test('of a preview for few is to others as if it were not there', async () => {
    await publish('few', { sha: SHA, branch: 'main' }, anna, { publishConfig: { access: 'restricted' } });
    for (const ref of [SHA, 'a832a55', 'main']) {
      const path = `/tinylibs/tinybench/few@${ref}`;
      const mine = await ask(path, { headers: bearer(anna) });
      expect([mine.status, mine.headers.get('cache-control')]).toEqual([200, 'private, no-cache']);
      const missing = await errorOf(await ask(path.replace('few', 'none'), { headers: bearer(ben) }));
      expect(await errorOf(await ask(path, { headers: bearer(ben) }))).toEqual(missing);
      expect(await errorOf(await ask(path))).toEqual(missing);
    }
  });
});
