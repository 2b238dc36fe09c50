import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { api, problemOf, session } from '../setup/api.ts';
import { freshDatabase, hasPostgres, type FreshDatabase } from '../setup/postgres.ts';
import { register } from '../setup/publish.ts';
import { temporaryFolder } from '../setup/resources.ts';
import { startKontor, type RunningKontor } from '../setup/server.ts';

const passwordOf = (user: string) => `a long pass phrase of ${user}`;

const me = (server: RunningKontor, token: string) => api(server, 'GET', '/me', { token });

describe.skipIf(!hasPostgres())('Two servers on one database', () => {
  let database: FreshDatabase;
  let one: RunningKontor;
  let two: RunningKontor;
  beforeAll(async () => {
    database = await freshDatabase();
    const data = join(temporaryFolder('shared'), 'data');
    const env = {
      KONTOR_DATABASE: database.url,
      KONTOR_ADMIN_USER: 'chef',
      KONTOR_ADMIN_PASS: passwordOf('chef'),
    };
    [one, two] = await Promise.all([startKontor({ env, data }), startKontor({ env, data })]);
    await register(one, 'anna');
  });
  afterAll(async () => {
    await Promise.all([one.kill9(), two.kill9()]);
    await database.drop();
  });

  const gone = [401, 'token_invalid'];

  test('share the secret that the first of them made: a session of one opens the other', async () => {
    expect((await me(two, await session(one, 'anna', passwordOf('anna')))).status).toBe(200);
    expect((await me(one, await session(two, 'anna', passwordOf('anna')))).status).toBe(200);
  });

  test('know at the next request of a log-out at the other one', async () => {
    const token = await session(one, 'anna', passwordOf('anna'));
    expect((await me(two, token)).status).toBe(200);
    await api(one, 'DELETE', '/sessions/current', { token });
    expect(problemOf(await me(two, token))).toEqual(gone);
  });

  test('know at the next request of a user whom the other one has disabled, and of a new password', async () => {
    const token = await register(one, 'ben');
    const bens = await session(two, 'ben', passwordOf('ben'));
    const basic = { authorization: `Basic ${Buffer.from(`ben:${passwordOf('ben')}`).toString('base64')}` };
    const asPair = () => api(two, 'GET', '/me', { headers: basic });
    // The second time without a password hash.
    for (let i = 0; i < 2; i++) expect((await asPair()).status).toBe(200);
    const chef = await session(one, 'chef', passwordOf('chef'));
    const set = (disabled: boolean) => api(one, 'PATCH', '/users/ben', { token: chef, body: { disabled } });
    await set(true);
    expect(problemOf(await me(two, token))).toEqual(gone);
    expect(problemOf(await me(two, bens))).toEqual(gone);
    expect(problemOf(await asPair())).toEqual([401, 'password_wrong']);
    await set(false);
    expect((await asPair()).status).toBe(200);
    const again = await session(one, 'ben', passwordOf('ben'));
    const change = { old: passwordOf('ben'), new: 'another pass phrase' };
    expect((await api(one, 'PUT', '/me/password', { token: again, body: change })).status).toBe(204);
    expect(problemOf(await asPair())).toEqual([401, 'password_wrong']);
  });
});
