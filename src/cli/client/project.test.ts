import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { vaiscPkg, type LineOptions } from '../../../test/setup/client-line.ts';
import { temporaryFolder } from '../../../test/setup/resources.ts';
import { scriptedServer } from '../../../test/setup/scripted-server.ts';

const SUM = 'a'.repeat(64);
const MANIFEST = '[package]\nname = "demo"\nversion = "1.0.0"\n# mine\n';

let home: string;
let cwd: string;
beforeEach(() => {
  [home, cwd] = [temporaryFolder('home'), join(temporaryFolder('work'), 'demo')];
  mkdirSync(join(cwd, 'src'), { recursive: true });
});

const vaisc = (line: string, more: Partial<LineOptions> = {}) => vaiscPkg(line, { cwd, home, ...more });
const manifest = () => readFileSync(join(cwd, 'vais.toml'), 'utf8');

function sample(text: string = MANIFEST): void {
  writeFileSync(join(cwd, 'vais.toml'), text);
  writeFileSync(join(cwd, 'src/lib.vais'), 'pub fn f() {}\n');
}

describe('init', () => {
  test('makes a package that can be packed at once', async () => {
    expect(await vaisc('init')).toEqual({
      code: 0,
      err: '',
      out: `✓ Created package in ${cwd}\n  vais.toml\n  src/lib.vais\n`,
    });
    expect(await vaisc('pack')).toMatchObject({ code: 0 });
    expect(readdirSync(cwd).toSorted()).toEqual(['demo-0.1.0.tar.gz', 'src', 'vais.toml']);
  });

  test('takes a name, keeps a source that is there, and changes no package', async () => {
    writeFileSync(join(cwd, 'src/main.vais'), 'mine');
    expect(await vaisc('init --name other --json')).toMatchObject({ code: 0 });
    expect(manifest()).toContain('name = "other"');
    expect(existsSync(join(cwd, 'src/lib.vais'))).toBe(false);
    expect((await vaisc('init')).err).toBe(`error: ${cwd}/vais.toml is there already.\n`);
    expect((await vaisc('init --name Std')).err).toMatch(/error: The package name "Std" is not valid/);
    expect((await vaisc('init', { cwd: join(cwd, 'src') })).code).toBe(0);
    expect(readFileSync(join(cwd, 'src/vais.toml'), 'utf8')).toContain('name = "src"');
  });
});

test('adds and removals at the same time all count', async () => {
  const names = ['p1', 'p2', 'p3', 'p4', 'p5', 'p6'];
  const index = names.map((name) => ({ name, versions: [{ version: '1.0.0', checksum: SUM }] }));
  const server = await scriptedServer((_, response) => response.end(JSON.stringify(index)));
  sample(`${MANIFEST}[registry]\nurl = "${server.url}"\n[dependencies]\nold = "1"\n`);
  const lines = [...names.map((name) => `add ${name}@1`), 'remove old'];
  const done = await Promise.all(lines.map((line) => vaisc(line)));
  expect(done.map(({ code, err }) => [code, err])).toEqual(lines.map(() => [0, '']));
  const added = [...manifest().matchAll(/^(\w+) = "1"$/gm)].map((match) => match[1] ?? '');
  expect(added.toSorted()).toEqual(names);
  expect(readdirSync(cwd).toSorted()).toEqual(['src', 'vais.toml']);
});

describe('add', () => {
  const index = [
    {
      name: 'json-parser',
      versions: [
        { version: '2.0.0', checksum: SUM, yanked: true },
        { version: '1.9.0', checksum: SUM },
        { version: '1.10.0+b', checksum: SUM },
        { version: '3.0.0-rc.1', checksum: SUM },
      ],
    },
    { name: 'gone', versions: [{ version: '1.0.0', checksum: SUM, yanked: true }] },
    { name: 'http', versions: [{ version: '2.1.4', checksum: SUM }] },
  ];
  const served = async () => {
    const server = await scriptedServer((_, response) => response.end(JSON.stringify(index)));
    sample(`${MANIFEST}[registry]\nurl = "${server.url}"\n`);
    return server;
  };

  test('writes what is compatible with the highest version that is not yanked, and keeps the rest', async () => {
    const server = await served();
    expect(await vaisc('add json-parser http@~2.1', { cwd: join(cwd, 'src') })).toEqual({
      code: 0,
      err: '',
      out: '✓ Added json-parser ^1.10.0 to [dependencies]\n✓ Added http ~2.1 to [dependencies]\n',
    });
    expect(server.lines()).toEqual(['GET /index.json']);
    expect(manifest()).toBe(
      `${MANIFEST}[registry]\nurl = "${server.url}"\n\n[dependencies]\njson-parser = "^1.10.0"\nhttp = "~2.1"\n`,
    );
    expect((await vaisc('add jsn-parser')).err).toBe(
      'error: Package not found: jsn-parser; is json-parser meant?\n',
    );
    await server.stop();
    expect(await vaisc('add json-parser --offline --dev')).toMatchObject({ code: 0 });
    expect(manifest()).toContain('[dev-dependencies]\njson-parser = "^1.10.0"\n');
  });

  test('refuses what the next install would, and changes nothing', async () => {
    await served();
    const before = manifest();
    for (const [line, sentence] of [
      ['add http nope@^1', 'Package not found: nope'],
      ['add jsn-parser@^1', 'Package not found: jsn-parser; is json-parser meant?'],
      ['add http@9', 'No version of http meets 9. The highest is 2.1.4: write http@^2.1.4.'],
      [
        'add json-parser@=2.0.0',
        'No version of json-parser meets =2.0.0 but what is yanked, which is only taken where vais.lock has it. The highest is 1.10.0+b: write json-parser@^1.10.0.',
      ],
      ...['add gone', 'add gone@1', 'add gone@=1.0.0 --dev'].map((one) => [
        one,
        'Every version of gone is yanked, so that nobody can begin to use it, whichever is named. Ask its owners for another, or to unyank one.',
      ]),
      [
        'add demo@^1',
        'demo is the project itself: a package cannot depend on itself. "vaisc pkg install demo" tries the published one.',
      ],
    ]) {
      expect(await vaisc(line ?? '')).toEqual({ code: 1, out: '', err: `error: ${sentence}\n` });
    }
    expect(manifest()).toBe(before);
    await vaisc('add http');
    expect((await vaisc('add http@9 --offline')).err).toContain('No version of http meets 9.');
  });

  test('takes a version that is yanked where it is locked', async () => {
    await served();
    writeFileSync(
      join(cwd, 'vais.lock'),
      `version = 1\n\n[packages.gone]\nversion = "1.0.0"\nchecksum = "${SUM}"\nsource = "registry"\ndependencies = []\n`,
    );
    expect(await vaisc('add gone@^1')).toMatchObject({ code: 0 });
    expect(await vaisc('add gone@^2')).toMatchObject({ code: 1 });
  });

  test('checks by the copy of the index where the registry cannot be reached, and without one says that it did not', async () => {
    const server = await served();
    await vaisc('add json-parser');
    await server.stop();
    const copied = await vaisc('add http@2');
    expect([copied.code, copied.err]).toEqual([
      0,
      expect.stringMatching(/^warning: GET .* failed: .*\nThis is what the index on this machine has/),
    ]);
    expect((await vaisc('add http@9')).err).toContain('error: No version of http meets 9.');
    const elsewhere = { home: temporaryFolder('other') };
    const unchecked = await vaisc('add other@9', elsewhere);
    expect([unchecked.code, unchecked.err]).toEqual([
      0,
      expect.stringMatching(/^warning: It is not checked that there are such versions: GET .* failed: /),
    ]);
    expect((await vaisc('add other', elsewhere)).err).toMatch(/^error: GET .* failed: /);
    expect((await vaisc('add other@8 --offline', elsewhere)).err).toBe(
      'warning: It is not checked that there are such versions: No cached index available. Run without --offline first.\n',
    );
  });

  test('takes a folder, which is relative to the manifest and holds that package', async () => {
    sample();
    mkdirSync(join(cwd, '../lib'));
    writeFileSync(join(cwd, '../lib/vais.toml'), MANIFEST.replace('demo', 'lib'));
    const src = join(cwd, 'src');
    expect(await vaisc('add lib --path ../../lib --dev --json', { cwd: src })).toMatchObject({ code: 0 });
    expect(manifest()).toBe(`${MANIFEST}\n[dev-dependencies]\nlib = { path = "../lib" }\n`);
    expect((await vaisc('add other --path ../lib')).err).toMatch(/is called "lib", not "other"/);
    expect((await vaisc('add lib --path ../none')).err).toMatch(/There is no .*none\/vais\.toml/);
    expect((await vaisc('add demo --path .')).err).toMatch(/is the project itself/);
  });

  test('needs no registry where the line says all, and changes nothing that it cannot', async () => {
    sample();
    const { code: added, err: warning } = await vaisc('add http --version ^1.0.0');
    expect([added, warning]).toEqual([
      0,
      expect.stringMatching(/^warning: It is not checked .* which registry is meant/),
    ]);
    const before = manifest();
    for (const [line, code, sentence] of [
      ['add a@1||2', 1, /1\|\|2/],
      ['add A@1', 1, /The package name "A" is not valid/],
      ['add a@1 b --version 2', 2, /for one package/],
      ['add a@1 --version 2', 2, /two versions/],
      ['add a@', 2, /'a@' has nothing behind its @/],
      ['add a --version=', 2, /needs a value/],
      ['add a', 1, /not known which registry is meant/],
    ] as const) {
      const result = await vaisc(line);
      expect(result).toMatchObject({ code, out: '' });
      expect(result.err).toMatch(sentence);
    }
    expect(manifest()).toBe(before);
  });
});

test('remove takes dependencies out, all or none', async () => {
  sample(`${MANIFEST}[dependencies]\na = "1" # why\n# b\nb = "2"\n`);
  expect((await vaisc('remove a none')).err).toMatch(/names no dependency "none"/);
  expect(await vaisc('remove a')).toMatchObject({ code: 0, out: '✓ Removed a from vais.toml\n' });
  expect(manifest()).toBe(`${MANIFEST}[dependencies]\n# b\nb = "2"\n`);
  expect((await vaisc('remove a', { cwd: temporaryFolder('empty') })).err).toMatch(
    /There is no vais\.toml in /,
  );
});

test('pack writes the archive beside the manifest, and says what is in it', async () => {
  sample();
  const { code, out } = await vaisc('pack', { cwd: join(cwd, 'src') });
  expect(code).toBe(0);
  const bytes = readFileSync(join(cwd, 'demo-1.0.0.tar.gz'));
  const checksum = createHash('sha256').update(bytes).digest('hex');
  expect(out).toBe(
    `  src/lib.vais\n  vais.toml\n✓ Packed demo v1.0.0 into ../demo-1.0.0.tar.gz\n  2 files, ${bytes.length} bytes, SHA-256 ${checksum}\n`,
  );
  await vaisc('pack -o out.tgz');
  const again = JSON.parse((await vaisc('pack --json -o out.tgz')).out);
  expect(again).toMatchObject({
    checksum,
    file: join(cwd, 'out.tgz'),
    files: [{ path: 'src/lib.vais' }, {}],
  });
  expect(readdirSync(cwd).toSorted()).toEqual(['demo-1.0.0.tar.gz', 'out.tgz', 'src', 'vais.toml']);
  const nowhere = await vaisc('pack -o none/out.tgz');
  expect(nowhere).toEqual({ code: 1, out: '', err: 'error: The archive cannot be written (ENOENT).\n' });
});

async function registry(answer: { checksum?: string; status?: number; metadata?: string } = {}) {
  return scriptedServer(({ method, body }, response) => {
    response.setHeader('content-type', 'application/json');
    const sent = JSON.parse(/\{.*\}/.exec(body.toString('latin1'))?.[0] ?? '{}');
    if (answer.status !== undefined && method === 'POST') {
      return response
        .writeHead(answer.status)
        .end('{"error":"Version already exists: demo@1.0.0","status":409}');
    }
    if (method === 'GET')
      return response.end(answer.metadata ?? JSON.stringify({ checksum: answer.checksum ?? '' }));
    return response.end(JSON.stringify({ name: sent.name, version: sent.version, checksum: sent.checksum }));
  });
}

describe('publish', () => {
  test('[V-18] [V-19] sends what was packed in two parts, and says so if the registry has another checksum', async () => {
    const server = await registry({ checksum: SUM });
    sample(`${MANIFEST}[dependencies]\nlocal-lib = { path = "../lib" }\n`);
    const scratch = temporaryFolder('scratch');
    vi.stubEnv('TMPDIR', scratch);
    onTestFinished(() => void vi.unstubAllEnvs());
    const { code, out, err } = await vaisc(`publish --registry ${server.url}/ --token secret`);
    expect({ code, lines: server.lines() }).toEqual({
      code: 0,
      lines: ['POST /packages/publish', 'GET /packages/demo/1.0.0'],
    });
    const { headers, body } = server.seen[0] ?? { headers: {}, body: Buffer.alloc(0) };
    expect(headers).toMatchObject({ authorization: 'Bearer secret', 'content-length': String(body.length) });
    const text = body.toString('latin1');
    const [, json = '', archive = ''] =
      /name="metadata"\r\nContent-Type: application\/json\r\n\r\n(.*)\r\n--.*\r\nContent-Disposition: form-data; name="archive"; filename="demo-1\.0\.0\.tar\.gz"\r\nContent-Type: application\/gzip\r\n\r\n([^]*)\r\n--/.exec(
        text,
      ) ?? [];
    const checksum = createHash('sha256').update(Buffer.from(archive, 'latin1')).digest('hex');
    expect(JSON.parse(json)).toMatchObject({ name: 'demo', checksum, dependencies: { 'local-lib': '*' } });
    expect(out).toBe(
      `Info Packaging demo v1.0.0...\nInfo Publishing demo v1.0.0 to ${server.url}/...\n✓ Published demo v1.0.0 to ${server.url}/\n`,
    );
    expect(err).toMatch(
      /^warning: local-lib is \.\.\/lib here; others get any version of local-lib from the registry\. .*\n/,
    );
    expect(err).toContain(`warning: checksum mismatch for demo@1.0.0: expected ${checksum}, got ${SUM}\n`);
    expect(readdirSync(scratch)).toEqual([]);
  });

  test('is content with a registry that says no more, and tells scripts all', async () => {
    const server = await registry({ metadata: '[]' });
    sample();
    const line = `publish --registry ${server.url} --token secret --json`;
    const { out, err } = await vaisc(line);
    expect(err).toBe('');
    expect(JSON.parse(out)).toMatchObject({
      name: 'demo',
      version: '1.0.0',
      files: 2,
      published: true,
      verified: false,
    });
  });

  test('[V-20] sends nothing in a dry run, and shows what it would send', async () => {
    const server = await registry();
    sample();
    const { code, out, err } = await vaisc(`publish --registry ${server.url} --dry-run`);
    const checksum = /[0-9a-f]{64}/.exec(out)?.[0];
    const size = /size: (\d+)/.exec(out)?.[1];
    expect(out).toBe(
      `Info Packaging demo v1.0.0...\nInfo Dry run - would publish:\n  Name: demo\n  Version: 1.0.0\n  Checksum: ${checksum}\n  Archive size: ${size} bytes\n✓ Dry run complete, package is valid\n`,
    );
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(JSON.parse((await vaisc('publish --dry-run --json')).out)).toMatchObject({
      checksum,
      published: false,
    });
    expect(server.seen).toEqual([]);
  });

  test('says once that it publishes, where the registry asks for a one-time code', async () => {
    const server = await scriptedServer(({ method, headers }, response) => {
      const refused = method === 'POST' && headers['npm-otp'] !== '123456';
      response.writeHead(refused ? 401 : 200, refused ? { 'www-authenticate': 'OTP' } : {}).end('{}');
    });
    sample();
    const line = `publish --registry ${server.url} --token secret`;
    const { code, out } = await vaisc(line, { typed: ['123456'] });
    expect({ code, out, posts: server.lines().filter((sent) => sent.startsWith('POST')).length }).toEqual({
      code: 0,
      out: `Info Packaging demo v1.0.0...\nInfo Publishing demo v1.0.0 to ${server.url}...\n✓ Published demo v1.0.0 to ${server.url}\n`,
      posts: 2,
    });
  });

  test('says in the original’s words why it was refused', async () => {
    const server = await registry({ status: 409 });
    sample();
    const refused = await vaisc(`publish --registry ${server.url} --token secret`);
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.err).toBe(
      'error: publish failed (HTTP 409): Version already exists: demo@1.0.0. What is published never changes: raise the version in vais.toml.\n',
    );
    const without = await vaisc(`publish --registry ${server.url}`);
    expect(without.err).toMatch(
      /^error: authentication token required\. Use --token or run `vaisc pkg login/,
    );
    expect(server.lines()).toEqual(['POST /packages/publish']);
  });

  test('[V-39] sends no package that is none', async () => {
    const server = await registry();
    sample();
    writeFileSync(join(cwd, 'src/lib.vais'), '');
    const line = `publish --registry ${server.url} --token secret`;
    expect((await vaisc(line, { cwd: temporaryFolder('empty') })).err).toMatch(
      /^error: There is no vais\.toml in /,
    );
    sample(MANIFEST.replace('demo', 'Demo'));
    expect((await vaisc(line)).err).toMatch(/the name "Demo" is not valid/);
    sample(MANIFEST.replace('1.0.0', '1.0'));
    expect((await vaisc(line)).err).toMatch(/The version "1\.0" is not valid semver/);
    expect(server.seen).toEqual([]);
  });
});

test('verify says what install would do about a lock that does not fit, and nothing is damaged', async () => {
  sample(`${MANIFEST}[dependencies]\nhttp = "^1"\n`);
  writeFileSync(join(cwd, 'vais.lock'), 'version = 1\n\n[packages]\n');
  expect(await vaisc('verify')).toEqual({
    code: 1,
    out: '✗ vais.lock does not fit vais.toml\n"vaisc pkg install" writes vais.lock anew.\n',
    err: '',
  });
});
