import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../../test/setup/resources.ts';
import { chooseRegistry, Credentials } from './index.ts';

let home: string;
let file: string;
let warnings: string[];
let credentials: Credentials;
let time: number;

beforeEach(() => {
  home = join(temporaryFolder('home'), '.vais');
  file = join(home, 'credentials.toml');
  warnings = [];
  time = Date.parse('2026-01-01T00:00:00Z');
  credentials = new Credentials({
    env: { VAIS_HOME: home },
    warn: (message) => warnings.push(message),
    now: () => new Date((time += 1000)),
  });
});

const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);

describe('[V-52] the file of tokens', () => {
  test('names what is in its way, where its folder is none', async () => {
    symlinkSync(join(home, '../gone'), home);
    await expect(credentials.save('http://a', 'vais_1')).rejects.toMatchObject({
      code: 'bad_request',
      message: `${home} cannot be used: it is a link that leads to no folder (EEXIST).`,
    });
    const nowhere = new Credentials({ env: { VAIS_HOME: '/dev/null' }, warn: () => undefined });
    await expect(nowhere.logins()).rejects.toThrow(
      '/dev/null/credentials.toml cannot be read: /dev/null is no folder (ENOTDIR).',
    );
  });

  test('is its owner’s alone and has a table for each registry', async () => {
    await credentials.save('http://localhost:3000/', 'vais_1');
    await credentials.save('https://packages.example.com/vais', 'vais_2');
    expect([mode(home), mode(file)]).toEqual(['700', '600']);
    expect(readFileSync(file, 'utf8')).toBe(`["http://localhost:3000/"]
token = "vais_1"
logged_in_at = "2026-01-01T00:00:01.000Z"

["https://packages.example.com/vais"]
token = "vais_2"
logged_in_at = "2026-01-01T00:00:02.000Z"
`);
    expect(readdirSync(home)).toEqual(['credentials.toml']);
  });

  test('stays what it was where the disk is full, which is said', async () => {
    await credentials.save('http://localhost:3000', 'vais_1');
    // The limit on file sizes takes the same way as a full disk, which a test cannot make without rights.
    const script = `
      const { Credentials } = await import(${JSON.stringify(new URL('index.ts', import.meta.url).href)});
      const credentials = new Credentials({ env: { VAIS_HOME: ${JSON.stringify(home)} }, warn() {} });
      const error = await credentials.save('http://localhost:3000', 'vais_2').catch((error) => error);
      console.log(error.code, error.message);`;
    const line = ['-c', 'ulimit -f 0; exec "$0" --input-type=module -e "$1"', process.execPath, script];
    expect(execFileSync('sh', line).toString()).toMatch(/^storage_full \S+\.vais cannot be used: /);
    expect([await credentials.token('http://localhost:3000'), readdirSync(home)]).toEqual([
      'vais_1',
      ['credentials.toml'],
    ]);
  });

  test('knows a registry with and without a slash at its end', async () => {
    await credentials.save('http://localhost:3000/', 'vais_1');
    expect(await credentials.token('http://LOCALHOST:3000')).toBe('vais_1');
    await credentials.save('http://localhost:3000', 'vais_2');
    expect((await credentials.logins()).map(({ token }) => token)).toEqual(['vais_2']);
    expect(await credentials.forget('http://localhost:3000//')).toBe(true);
    expect(await credentials.forget('http://localhost:3000')).toBe(false);
  });

  test('keeps what others wrote into it', async () => {
    mkdirSync(home, { mode: 0o700 });
    writeFileSync(file, '[other]\nkey = 1\n["http://a"]\ntoken = "t"\n', { mode: 0o600 });
    await credentials.save('http://b', 'vais_b');
    const text = readFileSync(file, 'utf8');
    expect(text).toContain('[other]\nkey = 1');
    expect(await credentials.token('http://a/')).toBe('t');
    expect((await credentials.logins())[0]?.registry).toBe('http://b');
  });

  test('is closed again when others could read it, and says so', async () => {
    await credentials.save('http://a', 'vais_1');
    chmodSync(file, 0o644);
    expect(await credentials.token('http://a')).toBe('vais_1');
    expect(mode(file)).toBe('600');
    expect(warnings).toEqual([`Others could read ${file}; its mode is 600 now.`]);
  });

  test('closes its own folder to others', async () => {
    mkdirSync(home, { mode: 0o755 });
    const own = new Credentials({
      env: { HOME: join(home, '..') },
      warn: (message) => warnings.push(message),
    });
    await own.save('http://a', 'vais_1');
    expect([mode(home), mode(file), warnings]).toEqual(['700', '600', []]);
  });

  test('leaves a folder that VAIS_HOME names as it is, and warns where others can write', async () => {
    mkdirSync(home);
    chmodSync(home, 0o755);
    await credentials.save('http://a', 'vais_1');
    expect([mode(home), mode(file), warnings]).toEqual(['755', '600', []]);
    chmodSync(home, 0o777);
    await credentials.save('http://b', 'vais_2');
    expect([mode(home), mode(file)]).toEqual(['777', '600']);
    expect(warnings).toEqual([
      expect.stringContaining(`Others can write into ${home}, which VAIS_HOME names`),
    ]);
  });

  test('that is damaged is not shown in the error', async () => {
    mkdirSync(home, { mode: 0o700 });
    writeFileSync(file, '["http://a"]\ntoken = vais_secret\n', { mode: 0o600 });
    const error: unknown = await credentials.logins().catch((reason: unknown) => reason);
    expect(String(error)).toMatch(/is no TOML: mend or delete it/);
    expect(String(error)).not.toContain('secret');
  });

  test('loses nothing when many log in at once, and a lock of the dead is taken over', async () => {
    mkdirSync(home, { mode: 0o700 });
    writeFileSync(`${file}.lock`, '');
    utimesSync(`${file}.lock`, new Date(0), new Date(0));
    const face = new URL('./index.ts', import.meta.url).href;
    const script = `const { Credentials } = await import(${JSON.stringify(face)});
      const store = new Credentials({ env: process.env, warn: () => {} });
      for (let i = 0; i < 5; i++) await store.save('http://' + process.argv[1] + i, 'vais_x');`;
    const children = ['a', 'b', 'c'].map((name) =>
      spawn(process.execPath, ['--input-type=module', '-e', script, name], {
        env: { ...process.env, VAIS_HOME: home },
        stdio: 'inherit',
      }),
    );
    const codes = await Promise.all(children.map(async (child) => (await once(child, 'exit'))[0]));
    expect(codes).toEqual([0, 0, 0]);
    expect(await credentials.logins()).toHaveLength(15);
    expect(readdirSync(home)).toEqual(['credentials.toml']);
  });
});

const choose = (
  more: { option?: string; manifest?: string; token?: string; env?: Record<string, string> } = {},
) => chooseRegistry({ credentials, env: {}, ...more });

describe('[V-24] a line without --registry means', () => {
  test('the manifest’s, else that of the environment, else the last log-in', async () => {
    await expect(choose()).rejects.toThrow(/not known which registry is meant: give --registry/);
    await credentials.save('http://a', 'vais_a');
    expect(await choose()).toMatchObject({ registry: 'http://a', token: 'vais_a', note: undefined });
    await credentials.save('http://b/', 'vais_b');
    expect(await choose()).toEqual({
      registry: 'http://b/',
      base: 'http://b',
      from: 'log-in',
      token: 'vais_b',
      note: 'Using http://b/, the last of 2 log-ins; --registry chooses another.',
    });
    await credentials.save('http://a', 'vais_a');
    expect(await choose()).toMatchObject({ registry: 'http://a' });
    const env = { KONTOR_REGISTRY_URL: 'http://b' };
    expect(await choose({ env })).toMatchObject({ from: 'environment', token: 'vais_b' });
    expect(await choose({ env, manifest: 'http://A/' })).toMatchObject({
      registry: 'http://a',
      from: 'manifest',
      token: 'vais_a',
    });
    expect(await choose({ env, manifest: 'http://a', option: 'http://c' })).toMatchObject({
      from: 'option',
      registry: 'http://c',
      token: undefined,
    });
  });

  test('and a token in the environment is not sent where only a manifest says, which is told', async () => {
    const env = { KONTOR_TOKEN: 'vais_ci' };
    expect(await choose({ env, option: 'http://c' })).toMatchObject({ token: 'vais_ci', note: undefined });
    expect(await choose({ env, manifest: 'http://c/' })).toMatchObject({
      token: undefined,
      note: expect.stringMatching(
        /^KONTOR_TOKEN is not used: only vais\.toml names the registry http:\/\/c\. /,
      ),
    });
    const other = { ...env, KONTOR_REGISTRY_URL: 'http://c/elsewhere' };
    expect(await choose({ env: other, manifest: 'http://c' })).toMatchObject({ token: undefined });
  });

  test('and is sent where the environment names the same registry as the manifest', async () => {
    const env = { KONTOR_TOKEN: 'vais_ci', KONTOR_REGISTRY_URL: 'http://C:80/' };
    expect(await choose({ env, manifest: 'http://c' })).toMatchObject({
      from: 'manifest',
      token: 'vais_ci',
      note: undefined,
    });
  });

  test('and a token on the line is not sent where only a manifest says', async () => {
    const line = { manifest: 'http://c', token: 'vais_typed' };
    await expect(choose(line)).rejects.toThrow(
      /only vais\.toml names the registry http:\/\/c\. .*--registry/,
    );
    expect(await choose({ ...line, option: 'http://c' })).toMatchObject({ token: 'vais_typed' });
    const env = { KONTOR_REGISTRY_URL: 'http://c' };
    expect(await choose({ ...line, env })).toMatchObject({ token: 'vais_typed' });
    await credentials.save('http://c/', 'vais_c');
    expect(await choose(line)).toMatchObject({ token: 'vais_typed' });
  });
});
