import { expect, test } from 'vitest';
import { register } from '../setup/publish.ts';
import { startKontor, type RunningKontor } from '../setup/server.ts';

const PASSWORD = 'correct horse battery';

/** Logs in as npm does, from behind a proxy that names the client. */
async function logIn(server: RunningKontor, name: string, password: string, client: string) {
  const response = await fetch(`${server.url}/npm/-/user/org.couchdb.user:${name}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': client },
    body: JSON.stringify({ name, password }),
  });
  await response.body?.cancel();
  return { status: response.status, retryAfter: response.headers.get('retry-after') };
}

test('guessing at an account gets slow, from everywhere, and its owner goes on', async () => {
  const env = { KONTOR_TRUSTED_PROXIES: 'loopback', KONTOR_REGISTRATION: 'off' };
  const first = await startKontor({ env: { ...env, KONTOR_REGISTRATION: 'open' } });
  const HOME = '192.0.2.1';
  expect((await logIn(first, 'ann', PASSWORD, HOME)).status).toBe(201);
  expect((await logIn(first, 'ann', PASSWORD, HOME)).status).toBe(201);
  const token = await register(first, 'bob');
  const { data } = first;
  await first.stop();
  const server = await startKontor({ env, data });

  // All at once: however long each takes, the waits that they earn are longer.
  const guesses = await Promise.all(
    Array.from({ length: 40 }, (_, guess) => logIn(server, 'ann', `guess ${guess}`, '198.51.100.1')),
  );
  expect(guesses.filter(({ status }) => status === 401).length).toBeGreaterThan(10);
  const even = await logIn(server, 'ann', PASSWORD, '198.51.100.1');
  expect(even.status).toBe(429);
  expect(Number(even.retryAfter)).toBeGreaterThan(60);
  const elsewhere = await logIn(server, 'ann', PASSWORD, '198.51.100.2');
  expect(elsewhere.status).toBe(429);

  // Where she logged in before, also before the last start; with a token; and whoever else.
  expect((await logIn(server, 'ann', PASSWORD, HOME)).status).toBe(201);
  const whoami = await fetch(`${server.url}/npm/-/whoami`, {
    headers: { authorization: `Bearer ${token}`, 'x-forwarded-for': '198.51.100.1' },
  });
  expect(whoami.status).toBe(200);
  expect((await logIn(server, 'bob', 'wrong', '203.0.113.1')).status).toBe(401);
});
