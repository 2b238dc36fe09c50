import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { osvRecord } from '../setup/osv.ts';
import { packageTarball, packageUrl, publishBody, register } from '../setup/publish.ts';
import { temporaryFolder } from '../setup/resources.ts';
import { kontor, startKontor, type RunningKontor } from '../setup/server.ts';
import { zipArchive } from '../setup/zip.ts';

let server: RunningKontor;
let token: string;

beforeAll(async () => {
  server = await startKontor();
  token = await register(server, 'anna');
  for (const version of ['1.0.0', '1.1.0']) {
    const tarball = await packageTarball('demo', version);
    const response = await fetch(packageUrl(server, 'demo'), {
      method: 'PUT',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(publishBody('demo', version, tarball)),
    });
    if (!response.ok) throw new Error(await response.text());
  }
});

const advisories = (...args: string[]) =>
  kontor(['advisories', ...args], { env: { KONTOR_DATA: server.data } });

function folderOf(files: Record<string, unknown>): string {
  const folder = temporaryFolder('dump');
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  }
  return folder;
}

describe('kontor advisories, beside a running server', () => {
  test('reads a folder tree, names what is malformed, and passes over what is no advisory', async () => {
    const folder = folderOf({
      'npm/demo/GHSA-1.json': osvRecord('GHSA-1', 'demo', { fixed: '1.1.0', severity: 'HIGH' }),
      'npm/left/MAL-2.json': osvRecord('MAL-2', 'left', {}),
      'npm/broken.json': '{"id":',
      'README.md': '# not this',
      '.git/x.json': '{}',
    });
    const { code, stdout, stderr } = await advisories('import', folder);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^read +3 files\nstored +2 new or changed\n/);
    expect(stdout).toMatch(/malformed +1\n- npm\/broken\.json: .*no JSON/);
  });

  test('[S-106] flags a stored version that an advisory is about', async () => {
    const { code, stdout } = await advisories('scan', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject([
      {
        registry: 'npm',
        name: 'demo',
        version: '1.0.0',
        origin: 'local',
        advisory: { id: 'GHSA-1', severity: 'high' },
      },
    ]);
    expect((await advisories('scan')).stdout).toMatch(/^demo@1\.0\.0 +npm +here +high +GHSA-1 /m);
  });

  test('reads the same from an archive: what is new, and away with what is not in it', async () => {
    const archive = join(temporaryFolder('dump'), 'all.zip');
    const kept = osvRecord('GHSA-1', 'demo', { fixed: '1.1.0', severity: 'HIGH' });
    const records = [kept, osvRecord('GHSA-3', 'other', {}), osvRecord('PYSEC-1', 'x', {})];
    const foreign = records[2]?.affected[0];
    if (foreign) foreign.package.ecosystem = 'PyPI';
    writeFileSync(
      archive,
      zipArchive(records.map((record) => [`${record.id}.json`, JSON.stringify(record)])),
    );
    const { code, stdout } = await advisories('import', archive, '--replace', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      source: 'osv',
      read: 3,
      stored: 1,
      unchanged: 1,
      foreign: 1,
      dropped: 1,
    });
    expect(JSON.parse((await advisories('list', '--json')).stdout)).toMatchObject([
      { id: 'GHSA-1' },
      { id: 'GHSA-3' },
    ]);
  });

  test('shows, lists by package, and forgets', async () => {
    expect((await advisories('show', 'GHSA-1')).stdout).toMatch(/^affects +demo <1\.1\.0$/m);
    expect((await advisories('list', 'demo')).stdout).toMatch(/^GHSA-1 +osv +high +demo <1\.1\.0 /m);
    expect((await advisories('list', '--malicious')).stdout.trim().split('\n')).toHaveLength(1);
    expect((await advisories('remove', 'GHSA-1')).code).toBe(0);
    expect(await advisories('show', 'GHSA-1')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/no advisory GHSA-1/) as string,
    });
    expect(await advisories('scan')).toMatchObject({
      code: 0,
      stdout: 'no stored version is known to be affected\n',
    });
  });

  test('says what is wrong with a dump that cannot be used', async () => {
    const missing = await advisories('import', '/nowhere/at/all');
    expect(missing).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/cannot be read \(ENOENT\)/) as string,
    });
    const folder = folderOf({ 'x.zip': 'not an archive', 'empty/a.txt': '' });
    expect(await advisories('import', join(folder, 'x.zip'))).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/ZIP archive cannot be read/) as string,
    });
    expect((await advisories('import', join(folder, 'empty'))).stderr).toMatch(/no \.json file/);
    expect((await advisories('import', folder, '--source', 'A B')).stderr).toMatch(/source of advisories/);
    expect((await advisories('list', '--limit', 'x')).stderr).toMatch(/--limit/);
    const elsewhere = temporaryFolder('none');
    const none = await kontor(['advisories', 'list'], { env: { KONTOR_DATA: join(elsewhere, 'data') } });
    expect(none.code).toBe(1);
    expect(existsSync(join(elsewhere, 'data'))).toBe(false);
  });
});

const packument = async () => {
  const response = await fetch(packageUrl(server, 'demo'));
  const { versions = {}, error = '' } = (await response.json()) as { versions?: object; error?: string };
  return { status: response.status, versions: Object.keys(versions), error };
};
const tarball = (version: string) => fetch(`${packageUrl(server, 'demo')}/-/demo-${version}.tgz`);
const set = (option: string) =>
  kontor(['registry', 'set', 'npm', option], { env: { KONTOR_DATA: server.data } });

describe('An imported record of an attack', () => {
  const whole = { status: 200, versions: ['1.0.0', '1.1.0'], error: '' };

  test('blocks by itself, at once, and no longer than it is there', async () => {
    expect(await packument()).toEqual(whole);
    const folder = folderOf({ 'MAL-7.json': osvRecord('MAL-7', 'demo', { introduced: '1.1.0' }) });
    expect((await advisories('import', folder, '--source', 'feed')).code).toBe(0);
    expect(await packument()).toEqual({ ...whole, versions: ['1.0.0'] });
    const refused = await tarball('1.1.0');
    expect(refused.status).toBe(403);
    expect(await refused.json()).toMatchObject({
      code: 'version_hidden',
      error: expect.stringMatching(
        /^demo@1\.1\.0 is blocked here \(block MAL-7\): Something is wrong/,
      ) as string,
    });
    expect((await tarball('1.0.0')).status).toBe(200);
    // A false alarm that was taken back.
    const newer = folderOf({ 'MAL-8.json': osvRecord('MAL-8', 'elsewhere', {}) });
    expect((await advisories('import', newer, '--source', 'feed', '--replace')).code).toBe(0);
    expect(await packument()).toEqual(whole);
  });

  test('of every version blocks the package, unless its registry is set otherwise', async () => {
    const folder = folderOf({ 'MAL-9.json': osvRecord('MAL-9', 'demo', {}) });
    expect((await advisories('import', folder, '--source', 'feed')).code).toBe(0);
    expect(await packument()).toMatchObject({
      status: 403,
      error: expect.stringContaining('MAL-9') as string,
    });
    expect((await set('--no-block-malicious')).stdout).toContain('malicious are let in');
    expect(await packument()).toEqual(whole);
    expect((await set('--block-malicious')).code).toBe(0);
    expect((await packument()).status).toBe(403);
  });

  test('is told by the API, and forgotten by an administrator', async () => {
    const api = async (method: string, path: string, bearer: string) => {
      const response = await fetch(`${server.url}/-/api/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${bearer}` },
      });
      const text = await response.text();
      return { status: response.status, body: text === '' ? null : (JSON.parse(text) as unknown) };
    };
    const token7 = await kontor(['token', 'create', '--user', 'admin', '--scopes', 'read,publish,admin'], {
      env: { KONTOR_DATA: server.data },
    });
    const admin = token7.stdout.trim();
    expect(await api('GET', '/advisories?malicious=true&limit=1', token)).toMatchObject({
      status: 200,
      body: { advisories: [{ id: 'MAL-8', malicious: true }], next: 'feed/MAL-8' },
    });
    expect(await api('GET', '/advisories?malicious=true&after=feed/MAL-8', token)).toMatchObject({
      body: { advisories: [{ id: 'MAL-9', affected: [{ name: 'demo', range: '*' }] }], next: null },
    });
    expect(await api('GET', '/advisories?package=nothing', token)).toMatchObject({
      body: { advisories: [] },
    });
    expect(await api('GET', '/advisories?after=%00', token)).toMatchObject({ status: 400 });
    expect(await api('GET', '/advisories/MAL-9', token)).toMatchObject({
      body: { advisories: [{ source: 'feed' }] },
    });
    expect(await api('GET', '/affected-versions?limit=1', admin)).toMatchObject({
      body: { versions: [{ name: 'demo', version: '1.0.0', advisory: { id: 'MAL-9' } }], more: true },
    });
    expect((await api('DELETE', '/advisories/MAL-9?source=osv', admin)).status).toBe(404);
    expect((await api('DELETE', '/advisories/MAL-9', admin)).status).toBe(204);
    expect(await packument()).toEqual(whole);
  });
});
