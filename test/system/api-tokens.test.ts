import { beforeAll, describe, expect, test } from 'vitest';
import { api } from '../setup/api.ts';
import { publish, register } from '../setup/publish.ts';
import { startKontor, type RunningKontor } from '../setup/server.ts';

let server: RunningKontor;
let annas: string;
const password = 'a long pass phrase of anna';

beforeAll(async () => {
  server = await startKontor();
  annas = await register(server, 'anna');
});

const create = (body: object, token = annas) => api(server, 'POST', '/tokens', { token, body });
const wish = { name: 'ci', scopes: ['read', 'publish'] };

describe('Tokens of the API', () => {
  test('are made, shown once, listed with their limits and their last use, and ended', async () => {
    const limits = { packages: ['@anna/*'], registries: ['npm'], addresses: ['127.0.0.0/8'] };
    const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
    const made = await create({ ...wish, limits, expiresAt, description: 'for x' });
    expect(made.status).toBe(201);
    const { token, ...shown } = made.body as { token: string; id: string };
    expect(shown).toMatchObject({ limits, expiresAt, scopes: ['read', 'publish'], lastUsedAt: null });
    expect(await publish(server, token, '@anna/one', '1.0.0')).toMatchObject({ status: 201 });
    expect(await publish(server, token, 'annas', '1.0.0')).toMatchObject({ status: 403 });
    const listed = async () => {
      const { body } = await api(server, 'GET', '/tokens', { token: annas });
      return (body as { tokens: { id: string; lastUsedAt: string | null }[] }).tokens;
    };
    await expect
      .poll(async () => (await listed()).find(({ id }) => id === shown.id)?.lastUsedAt, { timeout: 20_000 })
      .toMatch(/Z$/);
    expect(JSON.stringify(await listed())).not.toContain(token);
    expect((await api(server, 'DELETE', `/tokens/${shown.id}`, { token: annas })).status).toBe(204);
    expect((await api(server, 'DELETE', `/tokens/${shown.id}`, { token: annas })).status).toBe(404);
    expect(await publish(server, token, '@anna/one', '1.1.0')).toMatchObject({ status: 401 });
  });

  test('may no more than what asks for them [V-54]', async () => {
    const session = await api(server, 'POST', '/sessions', { body: { login: 'anna', password } });
    const person = (session.body as { token: string }).token;
    expect((await create({ ...wish, bypassSecondFactor: true })).status).toBe(403);
    const robot = await create({ ...wish, bypassSecondFactor: true }, person);
    expect(robot.status).toBe(201);
    const narrow = (await create({ ...wish, limits: { packages: ['anna-one'] } })).body as { token: string };
    expect((await create(wish, narrow.token)).status).toBe(403);
    expect((await create({ ...wish, limits: { packages: ['anna-one'] } }, narrow.token)).status).toBe(201);
    const refused = await api(server, 'PATCH', '/me', { token: narrow.token, body: { fullname: 'A' } });
    expect(refused.status).toBe(403);
    const reader = (await create({ ...wish, scopes: ['read'] })).body as { token: string };
    expect((await create({ ...wish, scopes: ['read'] }, reader.token)).status).toBe(403);
    expect(await publish(server, reader.token, 'anna-one', '1.0.0')).toMatchObject({ status: 403 });
    expect((await create({ ...wish, scopes: ['admin'] }, person)).status).toBe(403);
  });

  test.each([
    { ...wish, scopes: [] },
    { ...wish, scopes: ['write'] },
    { ...wish, name: '' },
    { ...wish, limits: { addresses: ['here'] } },
    { ...wish, limits: { packages: ['*'] } },
    { ...wish, expiresAt: '2020-01-01T00:00:00.000Z' },
    { ...wish, expiresAt: 'tomorrow' },
    { scopes: ['read'] },
  ])('are refused with a sentence if they make no sense: %j', async (body) => {
    const { status, body: problem } = await create(body);
    expect([status, problem]).toEqual([400, expect.objectContaining({ detail: expect.any(String) })]);
  });
});
