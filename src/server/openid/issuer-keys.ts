import type { JWK } from 'jose';
import { LRUCache } from 'lru-cache';
import type { IssuerKeys } from '../../accounts/index.ts';
import { Fault, type Clock } from '../../kernel/index.ts';
import { getJson } from './get-json.ts';

/** Keys are asked for again after this time, milliseconds. */
const FRESH = 10 * 60_000;
/** And for a key that nobody knows at once, but not more often than this. */
const PAUSE = 15_000;
/** An issuer that is down is taken at its word for so long. */
const STALE = 3_600_000;
const MOST_ISSUERS = 200;
const MOST_KEYS = 100;

interface Known {
  keys: JWK[];
  at: number;
  /** When they were last asked for because of a key that was not among them. */
  anewAt: number;
}

/**
 * Keys of issuers by discovery (OpenID Connect Discovery section 4). `trusted` are issuers that an administrator has written: they are
 * asked wherever they are. Others must be https and on the internet, since whoever owns a package may name one.
 */
export function issuerKeys(trusted: ReadonlySet<string>, clock: Clock): IssuerKeys {
  const known = new LRUCache<string, Known>({ max: MOST_ISSUERS });
  const asking = new Map<string, Promise<Known>>();

  function ask(issuer: string, anewAt: number): Promise<Known> {
    const running = asking.get(issuer);
    if (running !== undefined) return running;
    const asked = discoverKeys(issuer, trusted.has(issuer))
      .then((keys) => {
        const fetched = { keys, at: clock(), anewAt };
        known.set(issuer, fetched);
        return fetched;
      })
      .finally(() => asking.delete(issuer));
    asking.set(issuer, asked);
    return asked;
  }

  return {
    async of(issuer, anew) {
      const entry = known.get(issuer);
      const age = entry === undefined ? Infinity : clock() - entry.at;
      const isAnew = anew && clock() - (entry?.anewAt ?? 0) >= PAUSE;
      if (entry !== undefined && age < FRESH && !isAnew) return entry;
      return ask(issuer, isAnew ? clock() : (entry?.anewAt ?? 0)).catch((error: unknown) => {
        if (entry === undefined || age > STALE) throw error;
        return entry;
      });
    },
  };
}

async function discoverKeys(issuer: string, isTrusted: boolean): Promise<JWK[]> {
  const url = new URL(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
  const { issuer: said, jwks_uri: place } = await getJson(url, { guarded: !isTrusted });
  // Section 4.3: else one issuer could speak for another.
  if (said !== issuer) throw failed(url, 'its discovery document names another issuer');
  if (typeof place !== 'string' || !URL.canParse(place)) throw failed(url, 'it says not where its keys are');
  const keysAt = new URL(place);
  const isOwn = keysAt.origin === url.origin;
  const { keys } = await getJson(keysAt, { guarded: !(isTrusted && isOwn) });
  if (!Array.isArray(keys)) throw failed(keysAt, 'its answer holds no keys');
  return (keys as unknown[]).filter(isPublicKey).slice(0, MOST_KEYS);
}

function isPublicKey(key: unknown): key is JWK {
  return (
    typeof key === 'object' &&
    key !== null &&
    'kty' in key &&
    typeof key.kty === 'string' &&
    ['RSA', 'EC', 'OKP'].includes(key.kty)
  );
}

function failed({ host }: URL, reason: string): Fault {
  return new Fault('issuer_failed', `The OpenID issuer at ${host} cannot be asked for its keys: ${reason}.`);
}
