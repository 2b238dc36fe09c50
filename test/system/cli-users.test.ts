import { beforeAll, describe, expect, test } from 'vitest';
import { api, problemOf, session } from '../setup/api.ts';
import { publish, register } from '../setup/publish.ts';
import { kontor, startKontor, type RunningKontor } from '../setup/server.ts';

const passwordOf = (user: string) => `a long pass phrase of ${user}`;
let server: RunningKontor;
beforeAll(async () => {
  const env = { KONTOR_ADMIN_USER: 'chef', KONTOR_ADMIN_PASS: passwordOf('chef') };
  server = await startKontor({ env });
});

const admin = (...args: string[]) =>
  kontor(['admin', ...args], { env: { KONTOR_DATA: server.data, KONTOR_PUBLIC_URL: server.url } });
const me = (token: string) => api(server, 'GET', '/me', { token });

describe('kontor admin, beside a running server', () => {
  test('lists users', async () => {
    await register(server, 'Anna');
    const { stdout } = await admin('list-users');
    expect(stdout).toMatch(
      /^NAME +ROLE +STATE +EMAIL +CREATED\nAnna +user +active +- +20.*Z\nchef +administrator /,
    );
    const json = await admin('list-users', '--role', 'administrator', '--json');
    expect(JSON.parse(json.stdout)).toEqual([
      expect.objectContaining({ name: 'chef', role: 'administrator', state: 'active' }),
    ]);
    expect((await admin('list-users', '--disabled')).stdout).toBe('NAME  ROLE  STATE  EMAIL  CREATED\n');
  });

  test('keeps a user out from the next request on, and lets them in again', async () => {
    const token = await register(server, 'ben');
    expect(await admin('disable', 'BEN')).toMatchObject({ code: 0, stdout: 'disabled BEN\n' });
    expect(problemOf(await me(token))).toEqual([401, 'token_invalid']);
    expect(await admin('enable', 'ben')).toMatchObject({ code: 0 });
    expect((await me(token)).status).toBe(200);
  });

  test('prints a link with which a user sets a new password', async () => {
    await register(server, 'carla');
    const { stdout } = await admin('reset-password', 'carla');
    expect(stdout).toMatch(new RegExp(`^${server.url}/-/account/reset/[\\w-]{43}\n$`));
    const body = { secret: stdout.trim().split('/').at(-1), password: 'another pass phrase' };
    expect((await api(server, 'POST', '/password/reset', { body })).status).toBe(204);
    await session(server, 'carla', 'another pass phrase');
  });

  test('gives and takes the role of an administrator, but not from the last one', async () => {
    const token = await register(server, 'dora');
    expect((await api(server, 'GET', '/users', { token })).status).toBe(403);
    expect(await admin('set-role', 'dora', 'administrator')).toMatchObject({
      stdout: 'dora is now an administrator\n',
    });
    const doras = await session(server, 'dora', passwordOf('dora'));
    expect((await api(server, 'GET', '/users', { token: doras })).status).toBe(200);
    expect(await admin('set-role', 'dora', 'user')).toMatchObject({ code: 0 });
    expect((await api(server, 'GET', '/users', { token: doras })).status).toBe(403);
    expect(await admin('set-role', 'chef', 'user')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('chef is the only administrator'),
    });
    expect(await admin('set-role', 'dora', 'king')).toMatchObject({ code: 2 });
  });

  test('deletes a user, once it is said who gets the packages that nobody else owns', async () => {
    const token = await register(server, 'emil');
    await publish(server, token, 'emils-own', '1.0.0');
    expect(await admin('delete-user', 'emil')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('only owner of 1 package'),
    });
    expect((await me(token)).status).toBe(200);
    expect(await admin('delete-user', 'emil', '--heir', 'chef')).toMatchObject({
      code: 0,
      stdout: 'deleted emil; chef now owns 1 package of theirs\n',
    });
    expect(problemOf(await me(token))).toEqual([401, 'token_invalid']);
    expect(await admin('delete-user', 'emil')).toMatchObject({ code: 1 });
  });

  test('invites, where people may register', async () => {
    const { stdout } = await admin('invite', '--email', 'fritz@example.com');
    expect(stdout).toMatch(new RegExp(`^${server.url}/-/account/register/[\\w-]{43}\n$`));
    expect(await admin('invite', '--email', 'nonsense')).toMatchObject({ code: 1 });
  });

  test.each(['disable', 'enable', 'reset-password', 'delete-user'])(
    '%s says that there is no such user',
    async (command) => {
      for (const name of ['nobody1', '../etc']) {
        expect(await admin(command, name)).toMatchObject({
          code: 1,
          stderr: expect.stringContaining('There is no such user'),
        });
      }
    },
  );

  test('says all that it can do in its help', async () => {
    const { stdout } = await admin('--help');
    for (const command of [
      'create-user',
      'list-users',
      'set-role',
      'disable',
      'enable',
      'reset-password',
      'delete-user',
      'invite',
    ]) {
      expect(stdout).toContain(command);
    }
  });
});
