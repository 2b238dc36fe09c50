import { afterAll } from 'vitest';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { alone } from './claims.ts';

/**
 * A real Chromium, as its package brings it. It needs no installation, but libraries of the system; where it cannot start, the
 * sentence says why.
 */
export async function startBrowser(): Promise<{ browser: Browser } | { problem: string }> {
  try {
    const [{ chromium }, { default: packed }] = await Promise.all([
      import('playwright-core'),
      import('@sparticuz/chromium'),
    ]);
    // It unpacks itself into one place, where another test must not find half of it.
    const executablePath = await alone('chromium', () => packed.executablePath());
    const browser = await chromium.launch({
      executablePath,
      args: packed.args,
      headless: true,
    });
    afterAll(() => browser.close());
    return { browser };
  } catch (error) {
    const problem = `No browser can be started here: ${String(error).split('\n').slice(0, 3).join(' ')}`;
    if (process.env['CI'] === 'true') throw new Error(problem, { cause: error });
    process.stderr.write(`\n${problem}\nTests that need it are skipped; with CI=true that is a failure.\n`);
    return { problem };
  }
}

/** A security key that is always plugged in and touched (WebAuthn, section 11: virtual authenticators). */
export async function plugInKey(page: Page): Promise<{ devtools: CDPSession; id: string }> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  const { authenticatorId: id } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'usb',
      hasResidentKey: false,
      hasUserVerification: false,
      automaticPresenceSimulation: true,
    },
  });
  return { devtools, id };
}
