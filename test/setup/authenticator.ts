import { setTimeout as sleep } from 'node:timers/promises';
import { Secret, TOTP } from 'otpauth';

const STEP = 30_000;
/** A code must still be good when it arrives at a server on a busy machine. */
const MARGIN = 8_000;

/** An authenticator app that never shows a code twice: a server takes each only once. */
export class Authenticator {
  readonly #totp: TOTP;
  #last = 0;

  /** The secret in base32, or the `otpauth:` URL of a QR code. */
  constructor(secret: string) {
    const base32 = secret.startsWith('otpauth:') ? new URL(secret).searchParams.get('secret') : secret;
    this.#totp = new TOTP({ secret: Secret.fromBase32(base32 ?? ''), digits: 6, period: 30 });
  }

  /** The next code that servers take, from the step before on; waits where three have been asked for at once. */
  async next(): Promise<string> {
    for (;;) {
      const now = Date.now();
      const left = STEP - (now % STEP);
      const step = Math.floor(now / STEP);
      const next = Math.max(this.#last + 1, step - 1);
      if (left > MARGIN && next <= step + 1) {
        this.#last = next;
        return this.#totp.generate({ timestamp: next * STEP });
      }
      await sleep(left);
    }
  }
}
