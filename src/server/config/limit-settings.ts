import { isIP } from 'node:net';
import type { Limit } from '../../policy/index.ts';
import { Complaint, parseDuration, parseWord } from './parse.ts';
import type { Setting } from './settings.ts';

/** How often something may be done; `off`: as often as one likes. */
export type LimitChoice = Limit | 'off';

/** Settings of rate limits, and of whose address counts. */
export interface LimitValues {
  rateLimits: 'on' | 'off';
  /** Undefined: the default figure of the class, which leaves requests from loopback alone. */
  limitRead: LimitChoice | undefined;
  limitWrite: LimitChoice | undefined;
  limitPublish: LimitChoice | undefined;
  limitSearch: LimitChoice | undefined;
  limitLogin: LimitChoice | undefined;
  limitRegistration: LimitChoice | undefined;
  /** Where replicas count together; undefined: each counts by itself. */
  redis: string | undefined;
  /** Addresses, networks in CIDR notation, and the words `loopback` and `private`. */
  trustedProxies: readonly string[];
}

/** `300/1m`: a number and a duration. */
export function parseLimit(raw: string): LimitChoice {
  if (raw.toLowerCase() === 'off') return 'off';
  const [, count = '', per = ''] = /^(\d{1,9})\/(\S+)$/.exec(raw) ?? [];
  if (Number(count) < 1) {
    throw new Complaint(
      `is "${raw}", which is not a limit: write a number, a slash and a duration, such as 300/1m, or off.`,
    );
  }
  return { count: Number(count), per: parseDuration(/^\d/.test(per) ? per : `1${per}`) };
}

function showLimit(limit: LimitChoice): string {
  return limit === 'off' ? 'off' : `${limit.count}/${limit.per}ms`;
}

function parseRedis(raw: string): string {
  const url = URL.canParse(raw) ? new URL(raw) : undefined;
  if (url === undefined || !/^rediss?:$/.test(url.protocol) || url.hostname === '') {
    throw new Complaint('is not a Redis: write redis://USER:PASSWORD@HOST:PORT, or rediss:// with TLS.');
  }
  return raw;
}

function showRedis(raw: string): string {
  const url = new URL(raw);
  if (url.password !== '') url.password = '***';
  return url.href;
}

function parseProxies(raw: string): string[] {
  if (raw.toLowerCase() === 'none') return [];
  const entries = raw.split(/[\s,]+/).filter((entry) => entry !== '');
  const wrong = entries.find((entry) => entry !== 'loopback' && entry !== 'private' && !isNetwork(entry));
  if (wrong === undefined) return entries;
  throw new Complaint(
    `holds "${wrong}", which is neither an address nor a network: write such as 10.0.0.5, 10.1.0.0/16, loopback or private, with commas between, or none.`,
  );
}

function isNetwork(entry: string): boolean {
  const [address = '', bits, more] = entry.split('/');
  const family = isIP(address);
  if (family === 0 || more !== undefined) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}

function limitSetting(env: string, what: string, standard: string): Setting<LimitChoice | undefined> {
  return {
    env,
    doc: `${what} A number and a duration, or off.`,
    defaultDoc: standard,
    parse: parseLimit,
    show: showLimit,
  };
}

export const limitSettings: { readonly [K in keyof LimitValues]: Setting<LimitValues[K]> } = {
  rateLimits: {
    env: 'KONTOR_RATE_LIMITS',
    doc: 'Whether requests are counted and guessing is slowed (on), or another program in front does that (off).',
    defaultDoc: '`on`',
    parse: (raw) => parseWord(raw, ['on', 'off']),
    initial: () => ({ raw: 'on' }),
  },
  limitRead: limitSetting('KONTOR_LIMIT_READ', 'Reads of one address, and of one user.', '`60000/1m`'),
  limitWrite: limitSetting('KONTOR_LIMIT_WRITE', 'Changes of one address, and of one user.', '`6000/10m`'),
  limitPublish: limitSetting(
    'KONTOR_LIMIT_PUBLISH',
    'Publishes of one address, and of one user.',
    '`3000/10m`',
  ),
  limitSearch: limitSetting('KONTOR_LIMIT_SEARCH', 'Searches of one address, and of one user.', '`300/1m`'),
  limitLogin: limitSetting('KONTOR_LIMIT_LOGIN', 'Log-ins of one address, right or wrong.', '`300/10m`'),
  limitRegistration: limitSetting('KONTOR_LIMIT_REGISTRATION', 'New accounts of one address.', '`30/1h`'),
  redis: {
    env: 'KONTOR_REDIS',
    doc: 'A Redis in which several servers count together: redis://USER:PASSWORD@HOST:PORT.',
    defaultDoc: 'each server counts by itself',
    parse: parseRedis,
    show: showRedis,
  },
  trustedProxies: {
    env: 'KONTOR_TRUSTED_PROXIES',
    doc: 'Proxies whose X-Forwarded-For says where a client is, and X-Forwarded-Proto how it reached them: addresses, networks, loopback or private, with commas between.',
    defaultDoc: '`none`',
    parse: parseProxies,
    initial: () => ({ raw: 'none' }),
    show: (entries) => entries.join(', ') || 'none',
  },
};
