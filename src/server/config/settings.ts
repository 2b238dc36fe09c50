import { join, resolve } from 'node:path';
import { auditSettings } from './audit-settings.ts';
import { parseDatabase, showDatabase } from './database.ts';
import { intakeSettings } from './intake-settings.ts';
import { limitSettings } from './limit-settings.ts';
import { openidSettings } from './openid-settings.ts';
import { parseLogLevel } from './log-level.ts';
import {
  isLoopback,
  parseDuration,
  parseHost,
  parseHttpUrl,
  parsePort,
  parseSize,
  parseWord,
} from './parse.ts';
import { mailSettings } from './mail-settings.ts';
import { longEnough, parseSigningSecret } from './secrets.ts';
import { previewSettings } from './preview-settings.ts';
import { portOf, profileNames, type ProfileHint, type ProfileName } from './profiles.ts';
import { storageSettings } from './storage-settings.ts';
import { vaisSettings } from './vais-settings.ts';
import type { NpmUpstream, SettingName, Values } from './values.ts';

/** What a default may depend on. */
export interface Basis {
  /** What the environment suggests, where it suggests one profile. */
  hint: ProfileHint | undefined;
  profile: ProfileName;
  host: string;
  data: string;
  /** Empty: there is none. */
  smtpHost: string;
  smtpPort: number;
}

/** A default, written as an operator would write it, and why it is so where that is not plain. */
export interface Default {
  raw: string;
  why?: string;
}

/** One setting; its key in the table is its name in `kontor.yaml`. */
export interface Setting<T> {
  /** Its own variable, which wins over every alias. */
  env: string;
  /** One sentence for the documentation. */
  doc: string;
  /** The default for the documentation. */
  defaultDoc: string;
  /** Masked wherever it is shown, and never repeated in a message. */
  secret?: true;
  /** Throws a Complaint. `cwd` is what relative paths are relative to. */
  parse: (raw: string, cwd: string) => NonNullable<T>;
  /** Absent: the setting stays undefined. */
  initial?: (basis: Basis) => Default;
  /** For people; absent: as a string. */
  show?: (value: NonNullable<T>) => string;
}

const text = (raw: string) => raw;

function parseUpstream(raw: string): NpmUpstream {
  if (raw === 'off' || raw === 'npm') return { kind: raw };
  return { kind: 'url', url: parseHttpUrl(raw) };
}

function defaultRegistration({ profile, host }: Basis): Default {
  if (profile !== 'none') return { raw: 'open', why: `profile ${profile}` };
  if (isLoopback(host)) return { raw: 'open', why: 'only this machine can reach the host' };
  return { raw: 'off', why: 'other machines can reach the host' };
}

export type SettingTable = { readonly [K in SettingName]: Setting<Values[K]> };

/** The schema: loading, `kontor config` and the documentation follow from it. */
export const settings: SettingTable = {
  profile: {
    env: 'KONTOR_PROFILE',
    doc: 'The family of clients whose paths and defaults come first: vais, pantry, aam, dryad, cpkgs or none.',
    defaultDoc: 'the family whose own variables are set, else `none`',
    parse: (raw) => parseWord(raw, profileNames),
    initial: ({ hint }) =>
      hint === undefined ? { raw: 'none' } : { raw: hint.profile, why: `${hint.variable} is set` },
  },
  host: {
    env: 'KONTOR_HOST',
    doc: 'The address to listen on; 0.0.0.0 lets other machines in.',
    defaultDoc: '`127.0.0.1`; `0.0.0.0` with a profile',
    parse: parseHost,
    initial: ({ profile }) =>
      profile === 'none' ? { raw: '127.0.0.1' } : { raw: '0.0.0.0', why: `profile ${profile}` },
  },
  port: {
    env: 'KONTOR_PORT',
    doc: 'The TCP port to listen on; 0 lets the system choose.',
    defaultDoc: '`3000`; `8000` with the profile aam',
    parse: parsePort,
    initial: ({ profile }) =>
      portOf(profile) === portOf('none')
        ? { raw: String(portOf('none')) }
        : { raw: String(portOf(profile)), why: `profile ${profile}` },
  },
  data: {
    env: 'KONTOR_DATA',
    doc: 'The folder that holds what Kontor keeps; relative to the working folder.',
    defaultDoc: '`./data`; `./.registry` with the profile pantry',
    parse: (raw, cwd) => resolve(cwd, raw),
    initial: ({ profile }) =>
      profile === 'pantry' ? { raw: './.registry', why: 'profile pantry' } : { raw: './data' },
  },
  database: {
    env: 'KONTOR_DATABASE',
    doc: 'Where rows are kept: sqlite:PATH, or postgresql://USER:PASSWORD@HOST:PORT/NAME.',
    defaultDoc: '`sqlite:<data>/kontor.db`; `sqlite:<data>/registry.db` with the profile vais',
    parse: parseDatabase,
    initial: ({ profile, data }) => ({
      raw: `sqlite:${join(data, profile === 'vais' ? 'registry.db' : 'kontor.db')}`,
      why: 'below data',
    }),
    show: showDatabase,
  },
  ...storageSettings,
  publicUrl: {
    env: 'KONTOR_PUBLIC_URL',
    doc: 'The address that clients use, behind a proxy too; every URL in an answer begins with it.',
    defaultDoc: 'from the request',
    parse: parseHttpUrl,
  },
  adminUser: {
    env: 'KONTOR_ADMIN_USER',
    doc: 'The name of the administrator that the first start makes; a later start changes nothing.',
    defaultDoc: 'none is made',
    parse: text,
  },
  adminPassword: {
    env: 'KONTOR_ADMIN_PASS',
    doc: 'The password of that administrator; never empty.',
    defaultDoc: 'a random one, kept in `<data>/initial-admin-password`',
    secret: true,
    parse: text,
  },
  adminEmail: {
    env: 'KONTOR_ADMIN_EMAIL',
    doc: 'The mail address of that administrator.',
    defaultDoc: 'none',
    parse: text,
  },
  registration: {
    env: 'KONTOR_REGISTRATION',
    doc: 'Who may make an account: anybody (open), whom an administrator has invited (invite), or only administrators (off).',
    defaultDoc: '`open` on a loopback host or with a profile, else `off`',
    parse: (raw) => parseWord(raw, ['open', 'invite', 'off']),
    initial: defaultRegistration,
  },
  requireSecondFactor: {
    env: 'KONTOR_REQUIRE_SECOND_FACTOR',
    doc: 'Who must have a second factor before they can do anything but get one: off (nobody), administrators or everyone.',
    defaultDoc: '`off`',
    parse: (raw) => parseWord(raw, ['off', 'administrators', 'everyone']),
    initial: () => ({ raw: 'off' }),
  },
  npmUpstream: {
    env: 'KONTOR_NPM_UPSTREAM',
    doc: 'The npm registry to ask for packages that are not here: a URL, npm (the one that npm is configured for) or off.',
    defaultDoc: '`npm`',
    parse: parseUpstream,
    initial: () => ({ raw: 'npm' }),
    show: (upstream) => (upstream.kind === 'url' ? upstream.url : upstream.kind),
  },
  ...intakeSettings,
  logLevel: {
    env: 'KONTOR_LOG_LEVEL',
    doc: 'The least grave messages to log: trace, debug, info, warn, error or silent.',
    defaultDoc: '`info`',
    parse: parseLogLevel,
    initial: () => ({ raw: 'info' }),
  },
  secret: {
    env: 'KONTOR_SECRET',
    doc: 'Wraps the keys that the database holds, so that a copy of it does not give them away; at least 16 characters.',
    defaultDoc: 'keys are kept unwrapped',
    secret: true,
    parse: longEnough(16),
  },
  jwtSecret: {
    env: 'KONTOR_JWT_SECRET',
    doc: 'Signs sessions; at least 32 characters, the same on all replicas.',
    defaultDoc: 'made at the first start and kept in the database',
    secret: true,
    parse: parseSigningSecret,
  },
  jwtSecretPrevious: {
    env: 'KONTOR_JWT_SECRET_PREVIOUS',
    doc: 'The secret before a change: sessions that it signed go on for the grace period.',
    defaultDoc: 'none',
    secret: true,
    parse: parseSigningSecret,
  },
  jwtSecretGrace: {
    env: 'KONTOR_JWT_SECRET_GRACE',
    doc: 'How long the previous secret counts, from the first start that knows it as such.',
    defaultDoc: '`24h`',
    parse: parseDuration,
    initial: () => ({ raw: '24h' }),
    show: (ms) => `${ms} ms`,
  },
  maxTarballBytes: {
    env: 'KONTOR_MAX_PACKAGE_SIZE',
    doc: 'The largest archive that a publish may hold, such as 100MB; a MB has 1024 × 1024 bytes.',
    defaultDoc: '`256MB`',
    parse: parseSize,
    initial: () => ({ raw: '256MB' }),
    show: (bytes) => `${bytes} bytes`,
  },
  pantryMaxTarballBytes: {
    env: 'KONTOR_PANTRY_MAX_PACKAGE_SIZE',
    doc: 'The same for a publish at the pantry and Zig doors, and for a preview.',
    defaultDoc: '`50MB`',
    parse: parseSize,
    initial: () => ({ raw: '50MB' }),
    show: (bytes) => `${bytes} bytes`,
  },
  sweepInterval: {
    env: 'KONTOR_SWEEP_INTERVAL',
    doc: 'The time from one removal of leftover bytes to the next, such as 500ms, 300s, 10m or 24h.',
    defaultDoc: '`10m`',
    parse: parseDuration,
    initial: () => ({ raw: '10m' }),
    show: (ms) => `${ms} ms`,
  },
  sweepGrace: {
    env: 'KONTOR_SWEEP_GRACE',
    doc: 'How long bytes that no version has are left alone, such as 24h; longer than any upload takes.',
    defaultDoc: '`24h`',
    parse: parseDuration,
    initial: () => ({ raw: '24h' }),
    show: (ms) => `${ms} ms`,
  },
  upstreamCacheBytes: {
    env: 'KONTOR_UPSTREAM_CACHE_BYTES',
    doc: 'What packages and documents of upstreams may take on disk, such as 20GB; what nobody has used for the longest time goes first.',
    defaultDoc: 'any number',
    parse: parseSize,
    show: (bytes) => `${bytes} bytes`,
  },
  ...vaisSettings,
  ...previewSettings,
  ...openidSettings,
  ...limitSettings,
  ...auditSettings,
  ...mailSettings,
};

export function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(settings, name);
}

/** In the order of the table, in which each default depends only on settings above it. */
export const settingNames: readonly SettingName[] = Object.keys(settings).filter(isSettingName);
