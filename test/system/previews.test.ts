import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { buffer } from 'node:stream/consumers';
import { extract } from 'tar-stream';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { sha256Hex } from '../../src/kernel/index.ts';
import { startInProcess, type InProcess } from '../setup/in-process.ts';
import { digestsOf, makeTarball, packageTarball, publish, register } from '../setup/publish.ts';
import { temporaryFolder } from '../setup/resources.ts';
import { run } from '../setup/run.ts';

let server: InProcess;
let anna: string;
let ben: string;
let files: string;
let lastSha = 0xabc1234000;

beforeAll(async () => {
  files = temporaryFolder('archives');
  server = await startInProcess({ KONTOR_SWEEP_INTERVAL: '200ms' });
  anna = await register(server, 'anna');
  ben = await register(server, 'ben');
  return () => server.stop();
});

/** A commit that no other test knows. */
const freshSha = () => (lastSha += 0x1001).toString(16).padEnd(14, '0');
/** What a client of the seed types, with our address in it. */
const type = async (line: string) => {
  const { stdout, stderr, code } = await run(
    'bash',
    ['-c', line.replaceAll('http://localhost:3000', server.url)],
    {
      cwd: files,
    },
  );
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as Record<string, unknown>;
};
const tarballUrl = (sha: string, name: string) =>
  `${server.url}/commits/${sha}/${encodeURIComponent(name)}/tarball`;

interface Answer {
  status: number;
  body: Record<string, unknown>;
}
async function answerOf(asked: Promise<Response>): Promise<Answer> {
  const response = await asked;
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}
const get = (path: string, token?: string) =>
  answerOf(
    fetch(`${server.url}${path}`, {
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    }),
  );
const post = (body: string | FormData, { token = anna, ...headers }: Record<string, string> = {}) =>
  answerOf(
    fetch(`${server.url}/publish/commit`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, ...headers },
      body,
    }),
  );
const postJson = (body: unknown, token = anna) =>
  post(JSON.stringify(body), { token, 'content-type': 'application/json' });
/** The seed's form. */
function form(fields: Record<string, string>, packages: Record<string, Uint8Array>): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.append(name, value);
  for (const [name, bytes] of Object.entries(packages))
    data.append(`package:${name}`, new Blob([new Uint8Array(bytes)]), 'package.tgz');
  return data;
}
const download = async (url: string, token?: string): Promise<Buffer> =>
  Buffer.from(
    await (
      await fetch(url, { headers: token === undefined ? {} : { authorization: `Bearer ${token}` } })
    ).arrayBuffer(),
  );
async function packageJsonOf(archive: Buffer): Promise<Record<string, unknown>> {
  const tar = extract();
  tar.end(gunzipSync(archive));
  let found = '';
  for await (const entry of tar) {
    const content = (await buffer(entry)).toString();
    if (entry.header.name === 'package/package.json') found = content;
  }
  return JSON.parse(found) as Record<string, unknown>;
}
const namesOf = (body: Record<string, unknown>) =>
  (body['packages'] as { name: string }[]).map(({ name }) => name);

const b64 = (bytes: Buffer) => bytes.toString('base64');
const withDependencies = (name: string, dependencies: Record<string, string>) =>
  makeTarball({
    'package/bin/run.js': '#!/usr/bin/env node\n',
    'package/package.json': JSON.stringify({ name, version: '1.0.0', dependencies }),
    'package/index.js': `exports.name = '${name}';\n`,
  });

describe('the lines of the seed', () => {
  let mine: Buffer;
  let other: Buffer;
  beforeAll(async () => {
    mine = await packageTarball('my-package', '1.2.3');
    other = await packageTarball('@scope/other', '0.1.0');
    await writeFile(join(files, 'my-package.tgz'), mine);
    await writeFile(join(files, 'other-package.tgz'), other);
  });

  test('publish two packages by form, list them, and fetch what was sent [P-16] [P-17] [P-18] [P-19] [P-48] [P-51]', async () => {
    const said = await type(`curl -sS -X POST http://localhost:3000/publish/commit \\
  -H "Authorization: Bearer ${anna}" \\
  -F "sha=abc1234def5678" \\
  -F "repository=https://github.com/org/repo" \\
  -F "package:my-package=@my-package.tgz" \\
  -F "package:@scope/other=@other-package.tgz"`);
    const sha = 'abc1234def5678';
    expect(said).toEqual({
      success: true,
      sha,
      packages: [
        { name: 'my-package', url: tarballUrl(sha, 'my-package'), sha, shasum: digestsOf(mine).shasum },
        { name: '@scope/other', url: tarballUrl(sha, '@scope/other'), sha, shasum: digestsOf(other).shasum },
      ],
      message: 'Published 2 package(s) from commit abc1234',
    });

    const list = await type('curl -sS http://localhost:3000/commits/abc1234def5678');
    const one = {
      name: '@scope/other',
      sha,
      tarballUrl: tarballUrl(sha, '@scope/other'),
      checksum: `sha256:${sha256Hex(other)}`,
      publishedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string,
      repository: 'https://github.com/org/repo',
      version: '0.1.0',
      size: other.length,
      publishedBy: 'anna',
    };
    expect(list).toEqual({
      sha,
      repository: 'https://github.com/org/repo',
      publishedAt: one.publishedAt,
      packages: [one, expect.objectContaining({ name: 'my-package', version: '1.2.3' })],
    });
    for (const path of ['', '/my-package']) {
      const { headers } = await fetch(`${server.url}/commits/${sha}${path}`);
      expect(headers.get('cache-control')).toBe('private, no-cache');
    }
    for (const path of ['@scope/other', '%40scope%2Fother', '@scope%2fother']) {
      expect((await get(`/commits/abc1234/${path}`)).body).toEqual(one);
    }
    expect(await get('/pantry/commits/ABC1234')).toMatchObject({
      body: {
        sha,
        packages: [{ tarballUrl: `${server.url}/pantry/commits/${sha}/%40scope%2Fother/tarball` }, {}],
      },
    });
    for (const path of ['/@scope/other/tarball', '/%40scope%2Fother/tarball', '/@scope/other/tarball.tgz']) {
      expect(await download(`${server.url}/commits/abc1234${path}`)).toEqual(other);
    }
    expect(await download(tarballUrl(sha, 'my-package'))).toEqual(mine);
  });

  test('publish one package as JSON [P-16] [P-49]', async () => {
    const sha = freshSha();
    const said = await type(`curl -sS -X POST http://localhost:3000/publish/commit \\
  -H "Authorization: Bearer ${anna}" \\
  -H "Content-Type: application/json" \\
  -d '{
    "sha": "${sha}",
    "name": "my-package",
    "tarball": "${mine.toString('base64')}",
    "repository": "https://github.com/org/repo"
  }'`);
    expect(said).toMatchObject({ success: true, sha, packages: [{ name: 'my-package' }] });
    expect(await download(tarballUrl(sha, 'my-package'))).toEqual(mine);
  });
});

describe('the dialect of the Pantry CLI', () => {
  test('brings one package a request, and all of a commit are there in the end [P-16]', async () => {
    const sha = freshSha();
    for (const name of ['pantry-a', 'pantry-b']) {
      const packages = [{ name, version: '2.0.0', packageDir: `packages/${name}` }];
      const metadata = JSON.stringify({ sha, repository: 'org/repo', packages });
      const sent = await post(form({ metadata }, { [name]: await packageTarball(name, '2.0.0') }));
      expect(sent).toMatchObject({
        status: 201,
        body: { message: expect.stringContaining('Published 1 ') as string },
      });
    }
    expect((await get(`/commits/${sha}`)).body).toMatchObject({
      repository: 'org/repo',
      packages: [
        { name: 'pantry-a', packageDir: 'packages/pantry-a', version: '2.0.0' },
        { name: 'pantry-b', packageDir: 'packages/pantry-b' },
      ],
    });
  });

  test('has a list in JSON too', async () => {
    const sha = freshSha();
    const archives = await Promise.all(['json-a', 'json-b'].map((name) => packageTarball(name, '1.0.0')));
    const packages = archives.map((archive, index) => ({
      name: ['json-a', 'json-b'][index],
      tarball: archive.toString('base64'),
      packageDir: '.',
    }));
    expect(await postJson({ sha, repository: 'org/repo', packages })).toMatchObject({ status: 201 });
    expect(namesOf((await get(`/commits/${sha}`)).body)).toEqual(['json-a', 'json-b']);
    expect(await download(tarballUrl(sha, 'json-b'))).toEqual(archives[1]);
  });
});

describe('packages that depend on each other', () => {
  test('lead to each other’s previews, also to those that were there before [P-19]', async () => {
    const sha = freshSha();
    const [base, middle, top] = await Promise.all([
      packageTarball('@acme/base', '1.0.0'),
      withDependencies('middle', { '@acme/base': 'workspace:*', left: '^1.0.0' }),
      withDependencies('top', { middle: '^1.0.0', '@acme/base': '^1.0.0', absent: '1' }),
    ]);
    expect(await post(form({ sha }, { '@acme/base': base }))).toMatchObject({ status: 201 });
    expect(await post(form({ sha }, { top, middle }))).toMatchObject({ status: 201 });

    expect(await download(tarballUrl(sha, '@acme/base'))).toEqual(base);
    const sent = await download(tarballUrl(sha, 'middle'));
    expect(await packageJsonOf(sent)).toEqual({
      name: 'middle',
      version: '1.0.0',
      dependencies: { '@acme/base': `${tarballUrl(sha, '@acme/base')}.tgz`, left: '^1.0.0' },
    });
    expect((await get(`/commits/${sha}/middle`)).body).toMatchObject({
      checksum: `sha256:${sha256Hex(sent)}`,
      size: sent.length,
    });
    const { dependencies } = await packageJsonOf(await download(tarballUrl(sha, 'top')));
    expect(dependencies).toEqual({
      middle: `${tarballUrl(sha, 'middle')}.tgz`,
      '@acme/base': `${tarballUrl(sha, '@acme/base')}.tgz`,
      absent: '1',
    });
    expect(await download(`${tarballUrl(sha, 'middle')}.tgz`)).toEqual(sent);
  });
});

test('nobody’s package is made to depend on what others have put beside it', async () => {
  const sha = freshSha();
  const evil = form({ sha }, { 'left-over': await packageTarball('left-over', '9.9.9') });
  expect(await post(evil, { token: ben })).toMatchObject({ status: 201 });
  const mine = await withDependencies('trusting', { 'left-over': '^4.0.0' });
  expect(await post(form({ sha }, { trusting: mine }))).toMatchObject({ status: 201 });
  expect(await download(tarballUrl(sha, 'trusting'))).toEqual(mine);
});

test('a tarball has a name, an ETag and parts, and whoever has it keeps it until it is replaced', async () => {
  const sha = freshSha();
  const [first, second] = [
    await packageTarball('@acme/tag', '1.0.0'),
    await packageTarball('@acme/tag', '1.0.1'),
  ];
  await post(form({ sha }, { '@acme/tag': first }));
  const url = tarballUrl(sha, '@acme/tag');
  const head = await fetch(url, { method: 'HEAD' });
  expect(Object.fromEntries(head.headers)).toMatchObject({
    'content-type': 'application/gzip',
    'content-length': String(first.length),
    'content-disposition': `attachment; filename="acme-tag-${sha.slice(0, 7)}.tgz"`,
    etag: `"${sha256Hex(first).slice(0, 32)}"`,
    'cache-control': 'public, no-cache',
    'access-control-allow-origin': '*',
  });
  const ask = (headers: Record<string, string>) => fetch(url, { headers });
  const etag = head.headers.get('etag') ?? '';
  expect((await ask({ 'if-none-match': etag })).status).toBe(304);
  const part = await ask({ range: 'bytes=10-19' });
  expect([part.status, Buffer.from(await part.arrayBuffer())]).toEqual([206, first.subarray(10, 20)]);
  expect((await ask({ range: 'bytes=99999999-' })).status).toBe(416);

  expect(await post(form({ sha }, { '@acme/tag': second }))).toMatchObject({ status: 201 });
  const again = await ask({ 'if-none-match': etag });
  expect([again.status, Buffer.from(await again.arrayBuffer())]).toEqual([200, second]);
});

describe('what is not there', () => {
  test('is not found, in Pantry’s words', async () => {
    const sha = freshSha();
    await post(form({ sha }, { here: await packageTarball('here', '1.0.0') }));
    expect(await get('/commits/fffffff')).toEqual({
      status: 404,
      body: { error: 'No packages found for this commit' },
    });
    for (const path of ['absent', 'absent/tarball', '..%2f..', 'here/other']) {
      expect((await get(`/commits/${sha}/${path}`)).status).toBe(404);
    }
    expect((await get(`/commits/${sha}/absent`)).body).toEqual({ error: 'Commit package not found' });
  });

  test('includes what may not be seen, in status and words [S-05]', async () => {
    const sha = freshSha();
    await publish(server, anna, 'secret-one', '1.0.0');
    const access = await fetch(`${server.url}/npm/-/package/secret-one/access`, {
      method: 'POST',
      headers: { authorization: `Bearer ${anna}`, 'content-type': 'application/json' },
      body: JSON.stringify({ access: 'private' }),
    });
    expect(access.ok).toBe(true);
    const restricted = await makeTarball({
      'package/package.json': JSON.stringify({
        name: 'mine-alone',
        version: '1.0.0',
        publishConfig: { access: 'restricted' },
      }),
    });
    const packages = { 'secret-one': await packageTarball('secret-one', '1.0.1'), 'mine-alone': restricted };
    expect(await post(form({ sha }, packages))).toMatchObject({ status: 201 });
    expect(namesOf((await get(`/commits/${sha}`, anna)).body)).toEqual(['mine-alone', 'secret-one']);
    expect(await download(tarballUrl(sha, 'mine-alone'), anna)).toEqual(restricted);
    for (const token of [undefined, ben]) {
      expect(await get(`/commits/${sha}`, token)).toEqual(await get('/commits/fffffff', token));
      for (const name of ['secret-one', 'mine-alone']) {
        for (const rest of ['', '/tarball'])
          expect(await get(`/commits/${sha}/${name}${rest}`, token)).toEqual(
            await get(`/commits/fffffff/${name}${rest}`, token),
          );
      }
    }
    // What may not be seen takes no part in anybody's abbreviations.
    const near = `${sha}99`;
    await post(form({ sha: near }, { 'bens-own': await packageTarball('bens-own', '1.0.0') }), {
      token: ben,
    });
    expect((await get(`/commits/${sha}`, ben)).body).toMatchObject({ sha: near });
  });

  test('says when a sha is too short, ambiguous, or none', async () => {
    const sha = freshSha().slice(0, 10);
    const shas = [`${sha}a1`, `${sha}a2`];
    for (const one of shas) await post(form({ sha: one }, { twin: await packageTarball('twin', '1.0.0') }));
    for (const rest of ['', '/twin', '/twin/tarball']) {
      expect(await get(`/commits/${sha}${rest}`)).toEqual({
        status: 400,
        body: {
          error: `The sha ${sha} is ambiguous: ${shas.join(', ')} begin so. Write more of its digits.`,
        },
      });
      expect(await get(`/commits/abc123${rest}`)).toMatchObject({
        status: 400,
        body: { error: expect.stringContaining('too short') as string },
      });
      expect((await get(`/commits/master-branch${rest}`)).status).toBe(400);
    }
    expect((await get(`/commits/${shas[0]}`)).status).toBe(200);
  });
});

describe('a publish', () => {
  let good: Buffer;
  let other: Buffer;
  beforeAll(async () => {
    good = await packageTarball('good', '1.0.0');
    other = await packageTarball('other', '1.0.0');
  });

  const refused: [string, number, RegExp, (sha: string) => Promise<Answer>][] = [
    [
      'without a token',
      401,
      /^Authorization required$/,
      (sha) =>
        answerOf(fetch(`${server.url}/publish/commit`, { method: 'POST', body: form({ sha }, { good }) })),
    ],
    [
      'with a wrong token',
      401,
      /Invalid token/,
      (sha) => post(form({ sha }, { good }), { token: 'npm_nonsense' }),
    ],
    [
      'of another content type',
      415,
      /^Unsupported content type$/,
      () => post('x', { 'content-type': 'text/plain' }),
    ],
    ['without a sha', 400, /Missing sha/, () => post(form({}, { good }))],
    ['of no package', 400, /Missing packages/, (sha) => post(form({ sha }, {}))],
    ['of a sha that is too short', 400, /too short/, () => post(form({ sha: 'abc123' }, { good }))],
    ['of a sha that is too long', 400, /has 41/, () => post(form({ sha: 'a'.repeat(41) }, { good }))],
    ['of no sha', 400, /no sha/, () => post(form({ sha: 'HEAD-of-main' }, { good }))],
    [
      'of a name that no package may have',
      400,
      /not valid/,
      (sha) => post(form({ sha }, { '../evil': good })),
    ],
    [
      'of a package under another’s name',
      400,
      /^good: .*the package "other"/,
      (sha) => post(form({ sha }, { good: other })),
    ],
    [
      'of what is no archive',
      400,
      /^bad: .*not gzip/,
      (sha) => post(form({ sha }, { good, bad: Buffer.from('no'), other })),
    ],
    [
      'of an archive that is cut',
      400,
      /^other: .*ends too early/,
      (sha) => post(form({ sha }, { good, other: other.subarray(0, 100) })),
    ],
    [
      'with metadata that are no JSON',
      400,
      /^Invalid metadata JSON$/,
      () => post(form({ metadata: '{' }, { good })),
    ],
    [
      'of a package that is listed without a part',
      400,
      /^Missing tarball for other/,
      (sha) =>
        post(
          form(
            { metadata: JSON.stringify({ sha, packages: [{ name: 'good' }, { name: 'other' }] }) },
            { good },
          ),
        ),
    ],
    [
      'of a part that is not listed',
      400,
      /^other is not listed/,
      (sha) =>
        post(form({ metadata: JSON.stringify({ sha, packages: [{ name: 'good' }] }) }, { good, other })),
    ],
    [
      'of a list without names',
      400,
      /name is required/,
      (sha) => post(form({ metadata: JSON.stringify({ sha, packages: [7] }) }, { good })),
    ],
    [
      'of the same package twice',
      400,
      /good is there twice/,
      (sha) => {
        const data = form({ sha }, { good });
        data.append('package:good', new Blob([new Uint8Array(good)]));
        return post(data);
      },
    ],
    [
      'of the same package twice, as JSON',
      400,
      /good is there twice/,
      (sha) => postJson({ sha, packages: [1, 2].map(() => ({ name: 'good', tarball: b64(good) })) }),
    ],
    [
      'of JSON that is none',
      400,
      /^Invalid JSON body/,
      () => post('{]}', { 'content-type': 'application/json' }),
    ],
    ['of JSON without packages', 400, /^Missing sha or packages$/, (sha) => postJson({ sha })],
    ['of JSON without a sha', 400, /^Missing sha or packages$/, () => postJson({ packages: [] })],
    [
      'of JSON without a tarball',
      400,
      /^Missing tarball for good$/,
      (sha) => postJson({ sha, packages: [{ name: 'good' }] }),
    ],
    [
      'of JSON with what is no base64',
      400,
      /base64/,
      (sha) => postJson({ sha, name: 'good', tarball: '!!' }),
    ],
    [
      'of JSON with a number for a name',
      400,
      /is a text/,
      (sha) => postJson({ sha, name: 7, tarball: b64(good) }),
    ],
    [
      'of a branch without a repository',
      400,
      /say which/,
      (sha) => post(form({ sha, branch: 'main' }, { good })),
    ],
    ['of a run that is no number', 400, /whole number/, (sha) => post(form({ sha, run: 'seven' }, { good }))],
  ];
  test.each(refused)('%s is refused with %i, and nothing of it is there', async (_, status, words, send) => {
    const sha = freshSha();
    const answer = await send(sha);
    expect(answer).toMatchObject({ status, body: { error: expect.stringMatching(words) as string } });
    expect((await get(`/commits/${sha}`)).status).toBe(404);
  });

  test('of more than 50 MiB is refused, in either dialect', async () => {
    const sha = freshSha();
    const large = Buffer.alloc(50 * 1024 ** 2 + 1);
    const limit = /^Tarball for .* exceeds maximum size of 50MB$/;
    const refusal = { status: 413, body: { error: expect.stringMatching(limit) as string } };
    expect(await post(form({ sha }, { good, large }))).toMatchObject(refusal);
    expect(await postJson({ sha, name: 'large', tarball: b64(large) })).toMatchObject(refusal);
    expect((await get(`/commits/${sha}`)).status).toBe(404);
  });

  test('over somebody else’s preview, or under somebody else’s name, is refused', async () => {
    const sha = freshSha();
    expect(await post(form({ sha }, { good }))).toMatchObject({ status: 201 });
    expect(await post(form({ sha }, { good }), { token: ben })).toMatchObject({ status: 403 });
    await publish(server, anna, 'annas', '1.0.0');
    const annas = await packageTarball('annas', '1.0.1');
    expect(await post(form({ sha }, { annas }), { token: ben })).toMatchObject({ status: 403 });
    expect(namesOf((await get(`/commits/${sha}`)).body)).toEqual(['good']);
  });
});

describe('time', () => {
  const DAY = 86_400_000;
  /** What the database says after so many days. */
  const age = (sha: string, days: number) => {
    const database = new DatabaseSync(join(server.data, 'kontor.db'), { timeout: 10_000 });
    database.exec(`update previews set published_at = published_at - ${days * DAY} where sha = '${sha}'`);
    database.close();
  };

  test('takes previews away after 90 days, from readers at once and from the disk soon [P-52]', async () => {
    const sha = freshSha();
    const folder = join(server.data, 'blobs', 'commits', sha);
    await post(form({ sha }, { old: await packageTarball('old', '1.0.0') }));
    expect(existsSync(folder)).toBe(true);
    age(sha, 89);
    expect((await get(`/commits/${sha}`)).status).toBe(200);
    age(sha, 2);
    for (const rest of ['', '/old', '/old/tarball'])
      expect((await get(`/commits/${sha}${rest}`)).status).toBe(404);
    await expect.poll(() => existsSync(folder), { timeout: 20_000 }).toBe(false);
  });
});
