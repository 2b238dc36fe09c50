import { beforeAll, expect, test } from 'vitest';
import { startBrowser } from '../setup/browser.ts';
import { startProvider, type RunningProvider } from '../setup/oidc-provider.ts';
import { freePort } from '../setup/ports.ts';
import { startKontor, type RunningKontor } from '../setup/server.ts';

let provider: RunningProvider;
let server: RunningKontor;
const started = await startBrowser();

beforeAll(async () => {
  const port = await freePort();
  provider = await startProvider({ redirectUris: [`http://127.0.0.1:${port}/-/sso/callback`] });
  server = await startKontor({
    port,
    env: {
      KONTOR_OIDC_ISSUER: provider.issuer,
      KONTOR_OIDC_CLIENT_ID: provider.client.id,
      KONTOR_OIDC_CLIENT_SECRET: provider.client.secret,
    },
  });
});

test.skipIf('problem' in started)(
  'A real browser keeps the cookies, follows the provider, and its click gives npm the token',
  async () => {
    if ('problem' in started) return;
    const begun = await fetch(`${server.url}/npm/-/v1/login`, { method: 'POST' });
    const { loginUrl, doneUrl } = (await begun.json()) as { loginUrl: string; doneUrl: string };
    // A context of its own, without cookies; the registry and the provider differ in their port.
    const context = await started.browser.newContext();
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    await page.goto(loginUrl);
    await page.getByRole('link', { name: 'log in with single sign-on' }).click();
    await page.getByRole('button', { name: 'Log in as anna' }).click();
    await page.getByText('You may close this page').waitFor();
    const { token } = (await (await fetch(doneUrl)).json()) as { token: string };
    const whoami = await fetch(`${server.url}/npm/-/whoami`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(await whoami.json()).toEqual({ username: 'anna' });
    const session = (await context.cookies()).find(({ name }) => name === 'kontor_session');
    expect(session).toMatchObject({ httpOnly: true, sameSite: 'Lax' });
    expect(complaints).toEqual([]);
    await context.close();
  },
);
