import { Complaint, parseSize } from './parse.ts';
import type { SettingTable } from './settings.ts';

/** Settings of the Vais door; protocols/vais 2 has what its own server calls them. */
export interface VaisValues {
  /** Bytes of one archive there. */
  vaisMaxTarballBytes: number;
  /** Days that a token lives which a log-in there gives. */
  vaisTokenDays: number;
  /** Sites whose pages may ask there: every one, or those whose origins (RFC 6454) are listed. */
  vaisCorsOrigins: '*' | readonly string[];
}

const LONGEST = 36_500;

function parseDays(raw: string): number {
  const days = Number(raw);
  if (/^\d{1,5}$/.test(raw) && days >= 1 && days <= LONGEST) return days;
  throw new Complaint(`is "${raw}", which is no number of days: write a whole number from 1 to ${LONGEST}.`);
}

function parseOrigins(raw: string): '*' | readonly string[] {
  if (raw.toLowerCase() === 'none') return [];
  const entries = raw.split(/[\s,]+/).filter((entry) => entry !== '');
  if (entries.includes('*')) return '*';
  const wrong = entries.find((entry) => !isOrigin(entry));
  if (wrong === undefined) return entries.map((entry) => new URL(entry).origin);
  throw new Complaint(
    `holds "${wrong}", which is no origin: write such as https://packages.example.com, with commas between, or * or none.`,
  );
}

function isOrigin(entry: string): boolean {
  const url = URL.canParse(entry) ? new URL(entry) : undefined;
  return (
    url !== undefined && /^https?:$/.test(url.protocol) && [url.origin, `${url.origin}/`].includes(entry)
  );
}

export const vaisSettings: Pick<SettingTable, keyof VaisValues> = {
  vaisMaxTarballBytes: {
    env: 'KONTOR_VAIS_MAX_PACKAGE_SIZE',
    doc: 'The largest archive that a publish at the Vais door may hold.',
    defaultDoc: '`100MB`',
    parse: parseSize,
    initial: () => ({ raw: '100MB' }),
    show: (bytes) => `${bytes} bytes`,
  },
  vaisTokenDays: {
    env: 'KONTOR_VAIS_TOKEN_DAYS',
    doc: 'How many days a token is good that a log-in at the Vais door gives.',
    defaultDoc: '`365`',
    parse: parseDays,
    initial: () => ({ raw: '365' }),
  },
  vaisCorsOrigins: {
    env: 'KONTOR_VAIS_CORS_ORIGINS',
    doc: 'Sites whose pages may ask at the Vais door: * for all, origins with commas between, or none.',
    defaultDoc: '`*`',
    parse: parseOrigins,
    initial: () => ({ raw: '*' }),
    show: (origins) => (origins === '*' ? origins : origins.join(', ') || 'none'),
  },
};
