import { request as plainRequest } from 'node:http';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { Authenticator } from '../setup/authenticator.ts';
import { plugInKey, startBrowser } from '../setup/browser.ts';
import { npmClient } from '../setup/clients.ts';
import { talk } from '../setup/dialogue.ts';
import { machine, project } from '../setup/projects.ts';
import { packageTarball, publishBody, register } from '../setup/publish.ts';
import { startKontor, type RunningKontor } from '../setup/server.ts';
import { onTerminal, terminalProblem } from '../setup/terminal.ts';

const started = await startBrowser();
const noTerminal = (await terminalProblem()) !== undefined;

let server: RunningKontor;
/** By name: browsers make no passkeys for addresses. */
let url: string;

beforeAll(async () => {
  server = await startKontor();
  url = `http://localhost:${server.port}`;
});

const passwordOf = (user: string) => `a long pass phrase of ${user}`;

async function newPage(): Promise<Page> {
  if ('problem' in started) throw new Error(started.problem);
  return (await started.browser.newContext()).newPage();
}

const click = (page: Page, button: string) => page.getByRole('button', { name: button, exact: true }).click();
const textOf = (page: Page) => page.locator('main').innerText();

async function signIn(page: Page, user: string): Promise<void> {
  await page.goto(`${url}/-/account/security`);
  await page.getByLabel('User name').fill(user);
  await page.getByLabel('Password').fill(passwordOf(user));
  await click(page, 'Go on');
}

/** A user with a key, and the page that it is plugged in at. */
async function withKey(user: string): Promise<{ token: string; page: Page; recoveryCodes: string[] }> {
  const token = await register(server, user);
  const page = await newPage();
  await plugInKey(page);
  await signIn(page, user);
  await page.getByLabel('What to call it').fill('blue key');
  await click(page, 'Add a passkey');
  await page.getByText('Your recovery codes.').waitFor();
  return { token, page, recoveryCodes: await page.locator('li code').allInnerTexts() };
}

async function publish(name: string, token: string, otp?: string) {
  const response = await fetch(`${url}/npm/${name}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}`, ...(otp !== undefined && { 'npm-otp': otp }) },
    body: JSON.stringify(publishBody(name, '1.0.0', await packageTarball(name, '1.0.0'))),
  });
  const json = (await response.json()) as { code?: string; authUrl?: string; doneUrl?: string };
  return { status: response.status, authenticate: response.headers.get('www-authenticate'), json };
}

async function refusedPublish(name: string, token: string): Promise<{ authUrl: string; doneUrl: string }> {
  const refused = await publish(name, token);
  expect(refused).toMatchObject({
    status: 401,
    authenticate: 'OTP',
    json: { code: 'second_factor_required' },
  });
  const { authUrl = '', doneUrl = '' } = refused.json;
  expect([authUrl, doneUrl].map((each) => new URL(each).origin)).toEqual([url, url]);
  return { authUrl, doneUrl };
}

const fetchPass = async (doneUrl: string) => {
  const response = await fetch(doneUrl);
  const { token } = (await response.json()) as { token?: string };
  return { status: response.status, token };
};

/** What the page would send once the key has signed; it is not sent. */
async function signedAnswer(page: Page, authUrl: string): Promise<string> {
  await page.goto(authUrl);
  const stopped = page.waitForEvent('requestfailed');
  await page.route(authUrl, (route) =>
    route.request().method() === 'POST' ? route.abort() : route.continue(),
  );
  await click(page, 'Use a passkey');
  const body = (await stopped).postData() ?? '';
  await page.unroute(authUrl);
  expect(new URLSearchParams(body).get('response')).toContain('signature');
  return body;
}

/** A form as it comes through a server name of one's choice. */
function post(address: string, body: string, host = `localhost:${server.port}`): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { host, 'content-type': 'application/x-www-form-urlencoded' };
    const target = new URL(address);
    target.hostname = '127.0.0.1';
    plainRequest(target, { method: 'POST', headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .once('error', reject)
      .end(body);
  });
}

describe.skipIf('problem' in started)('a passkey', () => {
  test('is added on the page, named, with recovery codes, and asked for there the next time', async () => {
    const { page, recoveryCodes } = await withKey('anna');
    expect(recoveryCodes).toHaveLength(10);
    expect(await textOf(page)).toContain('blue key');
    await signIn(page, 'anna');
    expect(await textOf(page)).toContain('second factor of anna');
    await click(page, 'Use a passkey');
    await page.getByText('last used').waitFor();
    await click(page, 'Remove');
    await page.getByLabel('What to call it').waitFor();
    expect(await textOf(page)).not.toContain('blue key');
    await signIn(page, 'anna');
    expect(await textOf(page)).toContain('These are the second factors of anna');
  });

  test('opens a publish that waits in a terminal, once', async () => {
    const { token, page } = await withKey('ben');
    const { authUrl, doneUrl } = await refusedPublish('of-ben', token);
    expect(await fetchPass(doneUrl)).toMatchObject({ status: 202 });
    await page.goto(authUrl);
    await click(page, 'Use a passkey');
    await page.getByText('You may close this page').waitFor();
    const { token: pass } = await fetchPass(doneUrl);
    expect(await fetchPass(doneUrl)).toMatchObject({ status: 404 });
    expect(await publish('of-ben', token, pass)).toMatchObject({ status: 201 });
    expect(await publish('of-ben-2', token, pass)).toMatchObject({ status: 401 });
  });

  test.skipIf(noTerminal)('lets npm go on that waits on a terminal', async () => {
    const { token, page } = await withKey('bert');
    const box = machine(`${url}/npm`, token);
    const folder = project(box, 'of-bert', { name: 'of-bert', version: '1.0.0' });
    const publishing = talk(onTerminal(await npmClient(), ['publish']), [], folder);
    const [address] = await publishing.saw(/http:\S+second-factor[\w/-]+/);
    await page.goto(address);
    await click(page, 'Use a passkey');
    await page.getByText('You may close this page').waitFor();
    expect(await publishing.ended).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('+ of-bert@1.0.0'),
    });
  });

  test('logs npm in', async () => {
    const { page } = await withKey('carl');
    const start = await fetch(`${url}/npm/-/v1/login`, { method: 'POST', body: '{}' });
    const { loginUrl, doneUrl } = (await start.json()) as { loginUrl: string; doneUrl: string };
    await page.goto(loginUrl);
    await page.getByLabel('User name').fill('carl');
    await page.getByLabel('Password').fill(passwordOf('carl'));
    await click(page, 'Log in');
    await click(page, 'Use a passkey');
    await page.getByText('You are logged in as carl').waitFor();
    expect(await fetchPass(doneUrl)).toMatchObject({ status: 200, token: expect.stringMatching(/^ktr_/) });
  });

  test('signs for one page only: an answer is neither replayed nor taken elsewhere', async () => {
    const { token, page } = await withKey('dora');
    const first = await refusedPublish('of-dora', token);
    const body = await signedAnswer(page, first.authUrl);
    expect(await post(first.authUrl, body)).toBe(200);
    const second = await refusedPublish('of-dora', token);
    expect(await post(second.authUrl, body)).toBe(401);
    const other = await withKey('emil');
    const theirs = await refusedPublish('of-emil', other.token);
    const fresh = await signedAnswer(page, second.authUrl);
    expect(await post(theirs.authUrl, fresh)).toBe(401);
    expect(await fetchPass(theirs.doneUrl)).toMatchObject({ status: 202 });
  });

  test('signs for one origin only', async () => {
    const { token, page } = await withKey('frida');
    const { authUrl } = await refusedPublish('of-frida', token);
    const body = await signedAnswer(page, authUrl);
    expect(await post(authUrl, body, 'localhost:1')).toBe(401);
  });

  test('can be replaced by a recovery code', async () => {
    const { token, recoveryCodes, page } = await withKey('gerd');
    const { authUrl, doneUrl } = await refusedPublish('of-gerd', token);
    await page.goto(authUrl);
    await page.getByLabel('recovery code').fill(recoveryCodes[0] ?? '');
    await click(page, 'Go on');
    await page.getByText('You may close this page').waitFor();
    expect(await fetchPass(doneUrl)).toMatchObject({ status: 200 });
  });

  test('needs nothing of other servers: the page loads nothing, and its script is the only one that runs', async () => {
    const { page } = await withKey('hans');
    const response = await page.goto(`${url}/-/account/security`);
    expect(response?.headers()['content-security-policy']).toMatch(/^default-src 'none'; style-src 'sha256-/);
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    await page.evaluate(
      "document.body.append(Object.assign(document.createElement('script'), { textContent: 'document.title = \"taken\"' }))",
    );
    expect(await page.title()).not.toBe('taken');
    expect(complaints.join('\n')).toContain('Content Security Policy');
  });
});

describe.skipIf('problem' in started)('an authenticator app', () => {
  test('is set up on the page, and turned off again', async () => {
    await register(server, 'ida');
    const page = await newPage();
    await signIn(page, 'ida');
    await click(page, 'Set up an app');
    const app = new Authenticator(await page.locator('code').innerText());
    await page.getByLabel('Code that the app shows').fill('000000');
    await click(page, 'Turn on');
    expect(await textOf(page)).toContain('This code is not the one');
    await click(page, 'Set up an app');
    const again = new Authenticator(await page.locator('code').innerText());
    await page.getByLabel('Code that the app shows').fill(await again.next());
    await click(page, 'Turn on');
    await page.getByText('Your recovery codes.').waitFor();
    await signIn(page, 'ida');
    await page.getByLabel('Code of your app').fill(await app.next());
    await click(page, 'Go on');
    expect(await textOf(page)).toContain('not right');
    await page.getByLabel('Code of your app').fill(await again.next());
    await click(page, 'Go on');
    await click(page, 'Turn them off');
    await page.getByRole('button', { name: 'Set up an app' }).waitFor();
  });
});

test('the page takes nothing from other sites, and nothing without proof', async () => {
  const form = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
    fetch(`${url}/-/account/security`, { method: 'POST', headers, body: new URLSearchParams(fields) });
  await register(server, 'jana');
  const login = { name: 'jana', password: passwordOf('jana') };
  expect((await form(login, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  expect((await form(login, { origin: 'https://elsewhere.example' })).status).toBe(403);
  expect((await form({ ...login, password: 'wrong' })).status).toBe(401);
  expect((await form({ proof: 'A'.repeat(43), do: 'remove-totp' })).status).toBe(403);
  expect((await form({ proof: '', do: 'codes' })).status).toBe(403);
  const right = await form(login);
  const proof = /name="proof" value="([\w-]+)"/.exec(await right.text())?.[1] ?? '';
  const senseless: Record<string, string>[] = [
    { do: 'nonsense' },
    { do: 'remove-passkey', id: 'x' },
    { do: 'add-passkey', response: '{' },
  ];
  for (const fields of senseless) expect((await form({ proof, ...fields })).status).toBe(400);
  expect((await form({ proof, do: 'add-passkey', label: 'k', response: '{"id":"x"}' })).status).toBe(422);
  expect((await form({ proof, do: 'codes' })).status).toBe(409);
  const json = await fetch(`${url}/-/account/security`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  });
  expect(json.status).toBe(400);
});
