import { beforeAll, describe, expect, test } from 'vitest';
import { api, problemOf, session } from '../setup/api.ts';
import { startKontor, type RunningKontor } from '../setup/server.ts';
import { startMailServer, type RunningMailServer } from '../setup/smtp.ts';

const password = 'a long pass phrase';
let mail: RunningMailServer;
let server: RunningKontor;
beforeAll(async () => {
  mail = await startMailServer();
  server = await startKontor({
    env: {
      KONTOR_SMTP_HOST: '127.0.0.1',
      KONTOR_SMTP_PORT: String(mail.port),
      KONTOR_SMTP_FROM: 'packages@example.com',
      KONTOR_ADMIN_USER: 'chef',
      KONTOR_ADMIN_PASS: 'a long pass phrase of the chef',
    },
  });
});

/** The link in the newest mail to this address, once there are so many. */
async function linkTo(address: string, count = 1): Promise<string> {
  const own = () => mail.mails.filter(({ to }) => to.includes(address));
  await expect.poll(() => own().length, { timeout: 20_000 }).toBe(count);
  const path = /\/-\/account\/\w+\/[\w-]{43}/.exec(own().at(-1)?.text ?? '')?.[0];
  return `${server.url}${path}`;
}

async function submit(url: string, fields: Record<string, string>): Promise<number> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'sec-fetch-site': 'same-origin' },
    body: new URLSearchParams(fields),
  });
  return response.status;
}

const logIn = (login: string, by = password) =>
  api(server, 'POST', '/sessions', { body: { login, password: by } });

test('an address is verified on the page of the mail, by who knows the password, and is a name from then on', async () => {
  const account = { name: 'anna', password, email: 'Anna@example.com' };
  await api(server, 'POST', '/users', { body: account });
  const url = await linkTo('Anna@example.com');
  expect(problemOf(await logIn('anna@example.com'))).toEqual([401, 'password_wrong']);
  expect(await (await fetch(url)).text()).toContain('Anna@example.com');
  expect(await submit(url, { password: 'a wrong pass phrase' })).toBe(401);
  expect(await submit(url, { password })).toBe(200);
  expect(await submit(url, { password })).toBe(404);
  expect((await logIn('anna@EXAMPLE.com')).status).toBe(201);
});

describe('a forgotten password', () => {
  test('is replaced with the link in the mail; who asks learns nothing', async () => {
    const forgot = (login: string) => api(server, 'POST', '/password/forgot', { body: { login } });
    const old = await session(server, 'anna', password);
    const known = await forgot('anna@example.com');
    for (const nobody of ['ben', 'ben@example.com', 'chef']) {
      const unknown = await forgot(nobody);
      expect([unknown.status, unknown.body]).toEqual([known.status, known.body]);
    }
    expect(known.status).toBe(202);
    const url = await linkTo('Anna@example.com', 2);
    expect(await submit(url, { password: 'another pass phrase' })).toBe(200);
    expect(problemOf(await api(server, 'GET', '/me', { token: old }))).toEqual([401, 'token_invalid']);
    expect((await logIn('anna', 'another pass phrase')).status).toBe(201);
    expect(problemOf(await logIn('anna'))).toEqual([401, 'password_wrong']);
    expect(mail.mails.every(({ to }) => to.includes('Anna@example.com'))).toBe(true);
  });
});

test('a new address is asked for at once, and verified with a session', async () => {
  const token = await session(server, 'anna', 'another pass phrase');
  const change = { email: 'anna@new.example', password: 'another pass phrase' };
  expect((await api(server, 'PATCH', '/me', { token, body: change })).body).toMatchObject({
    emailVerified: false,
  });
  const secret = (await linkTo('anna@new.example')).split('/').at(-1);
  const verify = () => api(server, 'POST', '/me/email/verified', { token, body: { secret } });
  expect((await verify()).status).toBe(204);
  expect(problemOf(await verify())).toEqual([404, 'link_invalid']);
  expect((await api(server, 'GET', '/me', { token })).body).toMatchObject({ emailVerified: true });
});

test('an invitation is mailed', async () => {
  const token = await session(server, 'chef', 'a long pass phrase of the chef');
  const invited = await api(server, 'POST', '/invitations', { token, body: { email: 'dora@example.com' } });
  expect(invited.body).toMatchObject({ mailed: true });
  const url = await linkTo('dora@example.com');
  expect(await submit(url, { name: 'dora', password, email: 'dora@example.com' })).toBe(200);
  expect((await logIn('dora@example.com')).status).toBe(201);
  expect(mail.mails.filter(({ to }) => to.includes('dora@example.com'))).toHaveLength(1);
});
