import { beforeAll, describe, expect, test } from 'vitest';
import { api, problemOf, session } from '../setup/api.ts';
import { register } from '../setup/publish.ts';
import { startKontor, type RunningKontor } from '../setup/server.ts';

const passwordOf = (user: string) => `a long pass phrase of ${user}`;
let server: RunningKontor;
let chef: string;
beforeAll(async () => {
  const env = { KONTOR_ADMIN_USER: 'chef', KONTOR_ADMIN_PASS: passwordOf('chef') };
  server = await startKontor({ env });
  chef = await session(server, 'chef', passwordOf('chef'));
});

/** A link as the API hands it out. */
async function linkFrom(path: string, body?: object): Promise<string> {
  const answer = await api(server, 'POST', path, { token: chef, body });
  return (answer.body as { url: string }).url;
}

/** What a browser sends when somebody fills the form in. */
async function submit(url: string, fields: Record<string, string>, headers: Record<string, string> = {}) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'sec-fetch-site': 'same-origin', origin: 'null', ...headers },
    body: new URLSearchParams(fields),
  });
  return { status: response.status, text: await response.text() };
}

describe('the page behind a link', () => {
  test('sets a new password, says what is wrong with a weak one, and is gone afterwards', async () => {
    await register(server, 'anna');
    const url = await linkFrom('/users/anna/reset-link');
    const page = await fetch(url);
    expect(page.status).toBe(200);
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
    expect(page.headers.get('content-security-policy')).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
    expect(await page.text()).toContain('Choose a new password for anna');
    // A program that looks into mails opens links, too.
    await fetch(url, { method: 'HEAD' });
    const weak = await submit(url, { password: 'anna' });
    expect(weak).toMatchObject({ status: 422, text: expect.stringContaining('at least 8') });
    expect((await submit(url, { password: 'another pass phrase' })).status).toBe(200);
    await session(server, 'anna', 'another pass phrase');
    expect((await fetch(url)).status).toBe(404);
    expect((await submit(url, { password: 'a third pass phrase' })).status).toBe(404);
    expect(server.logs()).not.toContain(url.split('/').at(-1));
  });

  test('makes the account that somebody is invited to', async () => {
    const url = await linkFrom('/invitations', { email: 'ben@example.com' });
    expect(await (await fetch(url)).text()).toContain('value="ben@example.com"');
    const fields = { name: 'ben', password: passwordOf('ben'), email: 'ben@example.com' };
    const reserved = await submit(url, { ...fields, name: '"><script>' });
    expect(reserved).toMatchObject({
      status: 422,
      text: expect.stringContaining('&quot;&gt;&lt;script&gt;'),
    });
    expect((await submit(url, { ...fields, name: 'root' })).text).toContain('reserved');
    expect((await submit(url, fields)).status).toBe(200);
    await session(server, 'ben@example.com', passwordOf('ben'));
    expect((await submit(url, { ...fields, name: 'benjamin' })).status).toBe(404);
  });

  test('takes nothing from a page of another site', async () => {
    await register(server, 'carla');
    const url = await linkFrom('/users/carla/reset-link');
    const headers = { 'sec-fetch-site': 'cross-site' };
    expect((await submit(url, { password: 'another pass phrase' }, headers)).status).toBe(403);
    await session(server, 'carla', passwordOf('carla'));
  });

  test('is of one kind only', async () => {
    const url = await linkFrom('/invitations', {});
    for (const other of ['reset', 'verify']) {
      expect((await fetch(url.replace('register', other))).status).toBe(404);
    }
  });

  test.each(['reset', 'verify', 'register'])(
    'that never was: /-/account/%s/… is a sentence',
    async (page) => {
      for (const secret of ['x', 'x'.repeat(43), '%00', '..%2f', 'ä'.repeat(43)]) {
        const url = `${server.url}/-/account/${page}/${secret}`;
        expect([secret, (await fetch(url)).status]).toEqual([secret, 404]);
        expect((await submit(url, { password: 'x' })).status).toBe(404);
      }
    },
  );

  test('takes forms only, and no large ones', async () => {
    const url = await linkFrom('/invitations', {});
    const json = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"name":"dora"}',
    });
    expect(json.status).toBe(400);
    expect((await submit(url, { name: 'x'.repeat(20_000) })).status).toBe(413);
    expect(problemOf(await api(server, 'GET', '/users/dora', { token: chef }))).toEqual([404, 'not_found']);
  });
});
