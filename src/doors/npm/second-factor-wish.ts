import type { SecondFactorMode } from '../../accounts/index.ts';
import { Fault } from '../../kernel/index.ts';

/** What `npm profile enable-2fa` and `disable-2fa` ask for: protocols/npm 4.5. */
export type SecondFactorWish =
  { kind: 'mode'; password: string; mode: SecondFactorMode | 'disable' } | { kind: 'confirm'; code: string };

/** Reads `tfa` of a body; undefined if it has none. Fault `bad_request` for one that makes no sense. */
export function secondFactorWish(body: unknown): SecondFactorWish | undefined {
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, 'tfa')) return undefined;
  const { tfa } = body as { tfa: unknown };
  if (Object.keys(body).length > 1) {
    throw new Fault('bad_request', 'Send tfa alone: other fields are changed by a request of their own.');
  }
  if (Array.isArray(tfa)) {
    const [code] = tfa as unknown[];
    if (tfa.length === 1 && typeof code === 'string') return { kind: 'confirm', code };
    throw new Fault('bad_request', 'To confirm, send tfa as a list with one code as text.');
  }
  const { password, mode } = (typeof tfa === 'object' && tfa !== null ? tfa : {}) as Record<string, unknown>;
  if (
    typeof password === 'string' &&
    (mode === 'auth-only' || mode === 'auth-and-writes' || mode === 'disable')
  ) {
    return { kind: 'mode', password, mode };
  }
  throw new Fault(
    'bad_request',
    'tfa must be {"password": "…", "mode": "auth-only", "auth-and-writes" or "disable"}, or a list with the code that confirms.',
  );
}
