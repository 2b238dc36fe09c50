import { readdirSync } from 'node:fs';
import { URI, type TOTP } from 'otpauth';
import { beforeAll, describe, expect, test } from 'vitest';
import { npmClient, type Client, type Sandbox } from '../setup/clients.ts';
import { machine, output, project } from '../setup/projects.ts';
import { packageTarball, publish, publishBody, register } from '../setup/publish.ts';
import { readPackument } from '../setup/read.ts';
import { kontor, startKontor, type RunningKontor } from '../setup/server.ts';

let npm: Client;
let server: RunningKontor;
let anna: Sandbox;
let ben: Sandbox;
let annas: string;
let bens: string;

beforeAll(async () => {
  npm = await npmClient();
  server = await startKontor();
  annas = await register(server, 'anna');
  bens = await register(server, 'ben');
  anna = machine(`${server.url}/npm`, annas);
  ben = machine(`${server.url}/npm`, bens);
});

async function stage(name: string, version: string, ...args: string[]): Promise<string> {
  const folder = project(anna, `${name}-${version}`.replace('/', '-'), { name, version }, { 'index.js': '' });
  const text = output(await npm.run(['stage', 'publish', ...args], folder));
  return /staged with id ([\da-f-]{36})/.exec(text)?.[1] ?? `no id in ${text}`;
}

const ask = (path: string, { token, ...init }: RequestInit & { token?: string } = {}) =>
  fetch(`${server.url}/npm/${path}`, {
    ...init,
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  });

describe('[P-01] npm stage', () => {
  test('brings a version that nobody sees until it is approved', async () => {
    const id = await stage('anna-quiet', '1.0.0', '--tag=next');
    expect((await ask('anna-quiet')).status).toBe(404);
    expect((await ask('anna-quiet/-/anna-quiet-1.0.0.tgz')).status).toBe(404);
    expect((await ask('anna-quiet', { token: annas })).status).toBe(404);
    expect(await (await ask('-/v1/search?text=anna-quiet', { token: annas })).json()).toMatchObject({
      total: 0,
    });

    const [listed] = JSON.parse(output(await npm.run(['stage', 'list', '--json'], anna)));
    expect(listed).toMatchObject({
      id,
      packageName: 'anna-quiet',
      version: '1.0.0',
      tag: 'next',
      actor: 'anna',
    });
    expect(JSON.parse(output(await npm.run(['stage', 'view', id, '--json'], anna)))).toEqual(listed);
    expect(output(await npm.run(['stage', 'list', 'another'], anna))).toContain('No staged versions');
    output(await npm.run(['stage', 'download', id], anna));
    expect(readdirSync(anna.cwd)).toContain(`anna-quiet-1.0.0-${id}.tgz`);

    expect(output(await npm.run(['stage', 'approve', id], anna))).toContain('approved and published');
    expect(await readPackument(server, 'anna-quiet')).toMatchObject({
      'dist-tags': { next: '1.0.0', latest: '1.0.0' },
    });
    const folder = project(machine(`${server.url}/npm`), 'application', { name: 'a', version: '1.0.0' });
    expect(await npm.run(['install', 'anna-quiet@1.0.0'], folder)).toMatchObject({ code: 0 });
    expect(await npm.run(['stage', 'approve', id], anna)).toMatchObject({ code: 1 });
    expect(await kontor(['verify'], { env: { KONTOR_DATA: server.data } })).toMatchObject({ code: 0 });
  });

  test('takes the number until the version is rejected, and gives it back then', async () => {
    expect(await publish(server, annas, 'anna-known', '1.0.0')).toMatchObject({ status: 201 });
    const id = await stage('anna-known', '1.1.0');
    const taken = await publish(server, annas, 'anna-known', '1.1.0');
    expect(taken).toMatchObject({ status: 409, text: expect.stringContaining('waits for approval') });
    expect(output(await npm.run(['stage', 'reject', id], anna))).toContain('has been rejected');
    expect(output(await npm.run(['stage', 'list'], anna))).toContain('No staged packages');
    expect(await publish(server, annas, 'anna-known', '1.1.0')).toMatchObject({ status: 201 });
  });

  test('is for those who may publish the package; others hear of nothing', async () => {
    const id = await stage('@anna/mine', '1.0.0');
    expect(output(await npm.run(['stage', 'list'], ben))).toContain('No staged packages');
    for (const command of ['view', 'download', 'approve', 'reject']) {
      const refused = await npm.run(['stage', command, id], ben);
      expect(refused).toMatchObject({ code: 1, stderr: expect.stringMatching(/E404|not staged|No version/) });
    }
    for (const [path, method] of [
      ['-/stage', 'GET'],
      [`-/stage/${id}`, 'GET'],
      [`-/stage/${id}/tarball`, 'GET'],
      [`-/stage/${id}/approve`, 'POST'],
      [`-/stage/${id}`, 'DELETE'],
      ['-/stage/package/demo', 'POST'],
    ]) {
      expect((await ask(path ?? '', { method: method ?? '' })).status).toBe(401);
    }
    for (const unknown of ['nothing', '../../x', id.replace(/^./, 'z'), `${id}%00`]) {
      const { status } = await ask(`-/stage/${encodeURIComponent(unknown)}`, { token: annas });
      expect([400, 404]).toContain(status);
    }
    expect(await npm.run(['stage', 'reject', id], anna)).toMatchObject({ code: 0 });
  });

  test('is approved with the second factor of who has one, whatever the token; bringing asks for none', async () => {
    const carla = await register(server, 'carla');
    const post = (path: string, body: unknown, { token = carla, otp = '' } = {}) =>
      fetch(`${server.url}/npm/${path}`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          ...(otp !== '' && { 'npm-otp': otp }),
        },
        body: JSON.stringify(body),
      });
    const password = 'a long pass phrase of carla';
    const robot = await post('-/npm/v1/tokens', { password, name: 'robot', bypass_2fa: true });
    const { token } = (await robot.json()) as { token: string };
    const begun = await post('-/npm/v1/user', { tfa: { password, mode: 'auth-and-writes' } });
    const totp = URI.parse(((await begun.json()) as { tfa: string }).tfa) as TOTP;
    const confirmed = await post('-/npm/v1/user', { tfa: [totp.generate()] });
    const [spare = ''] = ((await confirmed.json()) as { tfa: string[] }).tfa;

    const tarball = await packageTarball('carlas', '1.0.0');
    const staged = await post('-/stage/package/carlas', publishBody('carlas', '1.0.0', tarball));
    expect(staged.status).toBe(201);
    const { stageId } = (await staged.json()) as { stageId: string };
    for (const by of [carla, token]) {
      const refused = await post(`-/stage/${stageId}/approve`, {}, { token: by });
      expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'OTP']);
    }
    expect((await ask('carlas')).status).toBe(404);
    const approved = await post(`-/stage/${stageId}/approve`, {}, { otp: spare });
    expect(approved.status).toBe(200);
    expect((await ask('carlas')).status).toBe(200);
    // A robot's token publishes as before, an ordinary one needs the code.
    expect(await publish(server, token, 'carlas', '1.1.0')).toMatchObject({ status: 201 });
    expect(await publish(server, carla, 'carlas', '1.2.0')).toMatchObject({ status: 401 });
  });

  test('is judged as a publish: names, digests and bodies', async () => {
    expect(await publish(server, annas, 'anna-owned', '1.0.0')).toMatchObject({ status: 201 });
    const post = (path: string, body: unknown, token = annas) =>
      fetch(`${server.url}/npm/-/stage/package/${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      });
    expect((await post('anna-owned', '{', annas)).status).toBe(400);
    expect((await post('anna-owned', { name: 'anna-owned', versions: {} })).status).toBe(422);
    expect((await post('anna-owned', {}, bens)).status).toBe(403);
    expect((await post('UPPER', {})).status).toBe(400);
  });
});
