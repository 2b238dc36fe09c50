import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../../test/setup/resources.ts';
import { findProject, readPathPackages, readProject, wantedOf, writeWhole } from './index.ts';

let root: string;
beforeEach(() => {
  root = temporaryFolder('project');
});

function manifest(folder: string, name: string, rest: string = '', version: string = '1.0.0'): string {
  const file = join(root, folder, 'vais.toml');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `[package]\nname = "${name}"\nversion = "${version}"\n${rest}`);
  return dirname(file);
}

describe('a project is found', () => {
  test('by the first vais.toml upwards', async () => {
    const folder = manifest('outer/demo', 'demo');
    manifest('outer', 'outer');
    mkdirSync(join(folder, 'src/deep'), { recursive: true });
    mkdirSync(join(folder, 'src/vais.toml'));
    expect(await findProject(join(folder, 'src/deep'))).toMatchObject({
      folder,
      lockFile: join(folder, 'vais.lock'),
      manifest: { name: 'demo' },
    });
  });

  test('or it is said where it was sought', async () => {
    await expect(findProject(join(root, 'none'))).rejects.toThrow(
      /no vais\.toml in .*none or a folder above it/,
    );
  });

  test('and a mistake in its manifest is told with the file', async () => {
    writeFileSync(join(root, 'vais.toml'), '[package');
    await expect(findProject(root)).rejects.toThrow(`${root}/vais.toml is not valid TOML, at line 1`);
  });

  test('only if its manifest is text', async () => {
    writeFileSync(join(root, 'vais.toml'), Buffer.from([0x5b, 0xff, 0xfe]));
    await expect(findProject(root)).rejects.toThrow(/not written in UTF-8/);
  });
});

describe('[V-41] folders that a project depends on', () => {
  test('are read with those that they depend on, each relative to its own manifest', async () => {
    const app = manifest(
      'app',
      'app',
      '[dependencies]\njson = "^1"\nlib = { path = "../libs/lib" }\n[dev-dependencies]\nkit = { path = "kit", version = "~2.0" }\n',
    );
    manifest(
      'libs/lib',
      'lib',
      '[dependencies]\nbase = { path = "../base" }\n[dev-dependencies]\ngone = { path = "nowhere" }\n',
      '1.0.0-dev',
    );
    manifest('libs/base', 'base', '[dependencies]\nhttp = "^3"\n');
    manifest('app/kit', 'kit', '[dependencies]\nbase = { path = "../../libs/base" }\n', '2.0.7');
    const project = await readProject(app);
    const paths = await readPathPackages(project);
    expect([...paths.values()].map(({ name, source }) => `${name} ${source}`).toSorted()).toEqual([
      'base path+../libs/base',
      'kit path+kit',
      'lib path+../libs/lib',
    ]);
    expect(wantedOf(project.manifest, paths, { dev: true })).toEqual([
      { name: 'json', requirement: '^1' },
      { name: 'lib', requirement: '=1.0.0-dev' },
      { name: 'kit', requirement: '=2.0.7' },
    ]);
    const base = paths.get('base');
    expect(base && wantedOf(base.manifest, paths, { dev: false })).toEqual([
      { name: 'http', requirement: '^3' },
    ]);
  });

  test.each([
    ['', /"lib" in .*app\/vais\.toml is to be in .*\/lib, and there is no such folder/],
    ['empty', /there is no vais\.toml in that folder/],
    ['other', /whose package is called "other": write that name/],
    ['version', /is to be \^2, and .*lib has version 1\.0\.0/],
    ['self', /is the project itself/],
    ['two', /one name is one package/],
  ])('are refused with a sentence: %j', async (how, sentence) => {
    const version = how === 'version' ? ', version = "^2"' : '';
    const two = how === 'two' ? '[dev-dependencies]\nlib = { path = "../lib2" }\n' : '';
    const path = how === 'self' ? '../app' : '../lib';
    const app = manifest('app', 'app', `[dependencies]\nlib = { path = "${path}"${version} }\n${two}`);
    if (how === 'empty') mkdirSync(join(root, 'lib'));
    if (how === 'two') manifest('lib2', 'lib');
    if (how === 'other') manifest('lib', 'other');
    if (how === 'version' || how === 'two') manifest('lib', 'lib');
    await expect(readPathPackages(await readProject(app))).rejects.toThrow(sentence);
  });

  test('may depend on each other in a ring: the resolver tells of it', async () => {
    const app = manifest('app', 'app', '[dependencies]\na = { path = "../a" }\n');
    manifest('a', 'a', '[dependencies]\nb = { path = "../b" }\n');
    manifest('b', 'b', '[dependencies]\na = { path = "../a" }\n');
    expect([...(await readPathPackages(await readProject(app))).keys()]).toEqual(['a', 'b']);
  });
});

describe('a file is written whole', () => {
  test('through a link, with its permissions, and nothing is left beside it', async () => {
    const file = join(root, 'real.toml');
    const link = join(root, 'vais.toml');
    writeFileSync(file, 'old');
    chmodSync(file, 0o640);
    symlinkSync('real.toml', link);
    await writeWhole(link, 'new');
    expect(readFileSync(file, 'utf8')).toBe('new');
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(readdirSync(root).toSorted()).toEqual(['real.toml', 'vais.toml']);
  });

  test('or not at all', async () => {
    mkdirSync(join(root, 'vais.lock'));
    await expect(writeWhole(join(root, 'vais.lock'), 'x')).rejects.toThrow(
      /vais\.lock cannot be written: it is a folder \(EISDIR\)/,
    );
    expect(readdirSync(root)).toEqual(['vais.lock']);
    await expect(writeWhole(join(root, 'none/vais.lock'), 'x')).rejects.toThrow(
      /cannot be written: it is missing, and cannot be made \(ENOENT\)/,
    );
  });
});
