import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  createReadStream,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../../test/setup/resources.ts';
import { readVaisArchive } from '../../formats/vais/archive.ts';
import { readProject } from '../project/index.ts';
import { writeArchive } from './archive.ts';
import { collectFiles } from './collect.ts';
import { metadataOf, packInto, packProject, pathOnlyDependencies } from './index.ts';

const MANIFEST = '[package]\nname = "demo"\nversion = "1.0.0"\n';

const none = () => false;

let folder: string;
let out: string;
beforeEach(() => {
  folder = temporaryFolder('package');
  out = join(temporaryFolder('out'), 'demo.tar.gz');
});

function put(path: string, content: string | Buffer = path, to: string = folder): string {
  const file = join(to, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

function sample(to: string = folder): void {
  put('vais.toml', MANIFEST, to);
  put('src/lib.vais', 'pub fn f() {}\n', to);
}

const packed = async () => packProject(await readProject(folder), { to: out });
const listed = () => execFileSync('tar', ['tzf', out], { encoding: 'utf8' }).trim().split('\n');

describe('[V-16] an archive', () => {
  test('is flat, sorted, and without what nobody publishes, at every level', async () => {
    sample();
    for (const path of [
      '.git/HEAD',
      '.env',
      'target/x',
      'node_modules/a/x',
      'src/.secret',
      'src/node_modules/x',
    ])
      put(path);
    for (const path of ['src/target', 'demo-0.9.0.tar.gz', 'README.md', 'src/deep/er/z.vais', 'vais.lock'])
      put(path);
    put('sub/demo-0.9.0.tar.gz');
    const { size, checksum, files, fileName, unpackedSize } = await packed();
    const paths = [
      'README.md',
      'src/deep/er/z.vais',
      'src/lib.vais',
      'sub/demo-0.9.0.tar.gz',
      'vais.lock',
      'vais.toml',
    ];
    expect(files.map(({ path }) => path)).toEqual(paths);
    expect(listed()).toEqual(paths);
    expect(fileName).toBe('demo-1.0.0.tar.gz');
    const bytes = readFileSync(out);
    expect({ size, checksum }).toEqual({
      size: bytes.length,
      checksum: createHash('sha256').update(bytes).digest('hex'),
    });
    expect(await readVaisArchive(createReadStream(out))).toMatchObject({
      manifest: MANIFEST,
      files: 6,
      unpackedSize,
    });
  });

  test('is the same, byte for byte, wherever and whenever it is packed', async () => {
    const other = temporaryFolder('package');
    for (const to of [folder, other]) {
      sample(to);
      put('a.txt', 'a', to);
      put('run', '#!', to);
      chmodSync(join(to, 'run'), to === folder ? 0o755 : 0o711);
    }
    for (const path of ['vais.toml', 'src/lib.vais', 'a.txt']) {
      chmodSync(join(other, path), 0o600);
      utimesSync(join(other, path), 1, 1);
    }
    const first = await packed();
    const twin = `${out}.2`;
    const second = await packProject(await readProject(other), { to: twin });
    expect(second.checksum).toBe(first.checksum);
    expect(readFileSync(twin).subarray(0, 10).toString('hex')).toMatch(/^1f8b0800000000000.ff$/);
    const verbose = execFileSync('tar', ['tvzf', out, '--numeric-owner', '--utc'], { encoding: 'utf8' });
    expect(verbose).toMatch(/^-rwxr-xr-x 0\/0 +2 1970-01-01 00:00 run$/m);
    expect(verbose).toMatch(/^-rw-r--r-- 0\/0 +1 1970-01-01 00:00 a\.txt$/m);
  });

  test('holds long names and those in any script', async () => {
    sample();
    const names = [
      `${'d'.repeat(60)}/${'e'.repeat(60)}/f.vais`,
      'n'.repeat(200),
      `${'p'.repeat(90)}/${'q'.repeat(90)}/${'r'.repeat(99)}`,
      `x/${'y'.repeat(100)}`,
      'src/größe 漢字.vais',
    ];
    for (const name of names) put(name, name);
    await packed();
    const to = temporaryFolder('unpacked');
    execFileSync('tar', ['xzf', out, '-C', to]);
    expect(names.map((name) => readFileSync(join(to, name), 'utf8'))).toEqual(names);
    expect((await readVaisArchive(createReadStream(out))).files).toBe(7);
  });

  test('has files in place of links that stay inside', async () => {
    sample();
    put('LICENSE', 'MIT');
    mkdirSync(join(folder, 'docs'));
    symlinkSync('../LICENSE', join(folder, 'docs/LICENSE'));
    await packed();
    expect(execFileSync('tar', ['xzf', out, '-O', 'docs/LICENSE'], { encoding: 'utf8' })).toBe('MIT');
  });

  test.each([
    ['/etc/hostname', /link is a link that leads out of the package/],
    ['nowhere', /link is a link that leads nowhere/],
    ['src', /link is a link to a folder/],
    ['.env', /link is a link to what is not packed/],
  ])('has no link to %j', async (to, sentence) => {
    sample();
    put('.env');
    symlinkSync(to, join(folder, 'link'));
    await expect(packed()).rejects.toThrow(sentence);
  });

  test('[V-39] needs a source, and a README is as people like', async () => {
    put('vais.toml', MANIFEST);
    put('src/other.vais');
    await expect(packed()).rejects.toThrow(
      /has neither src\/lib\.vais nor src\/main\.vais; a Vais package needs one/,
    );
    put('src/main.vais');
    expect((await packed()).files).toHaveLength(3);
  });

  test('has the name that registries take', async () => {
    sample();
    put('vais.toml', MANIFEST.replace('demo', 'Main'));
    await expect(packed()).rejects.toThrow(/the name "Main" is not valid/);
  });

  test('has names that mean the same on every system', async () => {
    sample();
    put('a\\b');
    await expect(packed()).rejects.toThrow(/The name of "a\\\\b" is not the same on every system/);
  });

  test.each([
    ['src/con.vais', 'is that of a device, CON; rename it'],
    ['aux/x', 'is that of a device, AUX'],
    ['a:b', 'holds :'],
    ['docs/what?.md', 'holds ?'],
    ['notes.', 'ends in a point'],
  ])('has no %j, which Windows cannot have', async (path, why) => {
    sample();
    put(path);
    const [part = ''] = /^aux|.*/.exec(path) ?? [];
    await expect(packed()).rejects.toThrow(`Windows can have no ${JSON.stringify(part)}: its name ${why}`);
  });
});

describe('what no registry takes is told before it is sent', () => {
  test('names that are one where case does not count', async () => {
    sample();
    put('docs/README');
    put('docs/readme');
    await expect(packed()).rejects.toThrow(/"docs\/README" and "docs\/readme" are one file where case/);
    const file = join(dirname(out), 'demo.tgz');
    await expect(packInto(await readProject(folder), file, new AbortController().signal)).rejects.toThrow(
      'one file',
    );
    expect(readdirSync(dirname(out))).toEqual(['demo.tar.gz']);
  });

  test('an archive that looks like a bomb', async () => {
    sample();
    truncateSync(put('data/zeros'), 24 * 1024 ** 2);
    await expect(packed()).rejects.toThrow(/more than 200 times its packed size/);
  });

  test('a version that nobody can publish', async () => {
    sample();
    put('vais.toml', MANIFEST.replace('1.0.0', '1.0.0-x.tar.gz'));
    await expect(packed()).rejects.toThrow(/does not end in \.tar\.gz/);
  });

  test('a package that needs itself', async () => {
    sample();
    put('vais.toml', `${MANIFEST}[dependencies]\ndemo = "0.9"\n`);
    await expect(packed()).rejects.toThrow(/"demo" in \[dependencies\] is this very package/);
  });

  test.each([
    ['a long text', `description = "${'x'.repeat(4001)}"`, 'The description has more than 4000 characters'],
    ['a control character', 'homepage = "a\\u001b[31m"', 'The homepage holds a control character'],
    [
      'many keywords',
      `keywords = [${[...Array(51).keys()].map((n) => `"k${n}"`).join()}]`,
      'more than 50 keywords',
    ],
    [
      'an entry that makes the index large',
      `[dependencies]\na = { version = "1", features = [${`"${'x'.repeat(199)}",`.repeat(90)}] }`,
      'take more than 16384 bytes in the index',
    ],
  ])('%s in the manifest', async (_what, text, sentence) => {
    sample();
    put('vais.toml', `${MANIFEST}${text}\n`);
    await expect(packed()).rejects.toThrow(sentence);
  });

  test('bytes, with the largest files', async () => {
    sample();
    truncateSync(put('data/big.bin'), 80 * 1024 ** 2);
    truncateSync(put('data/half.bin'), 21 * 1024 ** 2);
    await expect(packed()).rejects.toThrow(
      /has 105906\d+ bytes, and 104857600 is the most .* The largest files: data\/big\.bin \(83886080 bytes\), data\/half\.bin/,
    );
  });

  test('files, with the fullest folders', async () => {
    sample();
    for (let index = 0; index < 9; index++) put(`gen/${index}`, '');
    const ten = { files: 10, bytes: 100 };
    await expect(collectFiles(folder, none, ten)).rejects.toThrow(
      /more than 10 files.* Most of them are in gen \(9\), /,
    );
    expect(await collectFiles(folder, none, { ...ten, files: 11 })).toHaveLength(11);
  });

  test('an archive that is too large although its files are not', async () => {
    sample();
    const files = await collectFiles(folder, none);
    await expect(writeArchive(out, files, { most: 100 })).rejects.toThrow(/archive has more than 100 bytes/);
  });
});

test.each([
  ['longer', (file: string) => appendFileSync(file, 'more')],
  ['shorter', (file: string) => truncateSync(file, 1)],
  ['other', (file: string) => utimesSync(file, 1, 1)],
])('a file that gets %s while it is packed is not packed', async (_, change) => {
  sample();
  const files = await collectFiles(folder, none);
  change(join(folder, 'src/lib.vais'));
  await expect(writeArchive(out, files)).rejects.toThrow(/src\/lib\.vais changed while it was packed/);
});

test('an archive that is given up leaves the one before', async () => {
  sample();
  const project = await readProject(folder);
  const file = put('out/demo.tgz', 'before');
  const given = AbortSignal.abort();
  await expect(packInto(project, file, given)).rejects.toMatchObject({ name: 'AbortError' });
  expect(readdirSync(dirname(file))).toEqual(['demo.tgz']);
  expect(readFileSync(file, 'utf8')).toBe('before');
});

test('[V-15] what is sent beside the archive is what the manifest says', async () => {
  sample();
  put(
    'vais.toml',
    `${MANIFEST}keywords = ["json"]\nhomepage = "https://example.com"\n[dependencies]\na = "^1"\nb = { path = "../b" }\nc = { path = "../c", version = "~2" }\n[dev-dependencies]\nd = "1"\n`,
  );
  const { manifest, checksum } = await packed();
  expect(metadataOf(manifest, checksum)).toEqual({
    name: 'demo',
    version: '1.0.0',
    description: '',
    license: '',
    authors: [],
    checksum,
    dependencies: { a: '^1', b: '*', c: '~2' },
    keywords: ['json'],
    homepage: 'https://example.com',
  });
  expect(pathOnlyDependencies(manifest)).toEqual([{ name: 'b', path: '../b' }]);
});
