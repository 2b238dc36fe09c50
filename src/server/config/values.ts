import type { RegistrationMode } from '../../accounts/index.ts';
import type { DatabaseLocation } from './database.ts';
import type { IntakeValues } from './intake-settings.ts';
import type { LimitValues } from './limit-settings.ts';
import type { LogLevel } from './log-level.ts';
import type { MailValues } from './mail-settings.ts';
import type { OpenidValues } from './openid-settings.ts';
import type { PreviewValues } from './preview-settings.ts';
import type { ProfileName } from './profiles.ts';
import type { StorageValues } from './storage-settings.ts';
import type { VaisValues } from './vais-settings.ts';

/** Where the npm door asks for packages that are not here. `npm`: the registry that npm itself is configured for. */
export type NpmUpstream = { kind: 'npm' } | { kind: 'off' } | { kind: 'url'; url: string };

/** Every setting, read and checked. */
export interface Values
  extends IntakeValues, LimitValues, MailValues, OpenidValues, PreviewValues, StorageValues, VaisValues {
  profile: ProfileName;
  /** Name or address, IPv6 without brackets. */
  host: string;
  /** 0: the system chooses. */
  port: number;
  /** Absolute path of the data folder. */
  data: string;
  database: DatabaseLocation;
  /** Scheme, host and path without trailing slash; undefined: from the request. */
  publicUrl: string | undefined;
  /** The first administrator; undefined: none is made. */
  adminUser: string | undefined;
  /** Never empty. */
  adminPassword: string | undefined;
  adminEmail: string | undefined;
  requireSecondFactor: 'off' | 'administrators' | 'everyone';
  registration: RegistrationMode;
  npmUpstream: NpmUpstream;
  logLevel: LogLevel;
  /** Wraps the keys that the database holds; at least 16 characters. */
  secret: string | undefined;
  /** Signs sessions; at least 32 characters. */
  jwtSecret: string | undefined;
  jwtSecretPrevious: string | undefined;
  /** Milliseconds. */
  jwtSecretGrace: number;
  /** Bytes of one uploaded archive. */
  maxTarballBytes: number;
  /** The same at the pantry and Zig doors, and of a preview. */
  pantryMaxTarballBytes: number;
  /** Milliseconds from one sweep to the next. */
  sweepInterval: number;
  /** Milliseconds that staged bytes are left alone. */
  sweepGrace: number;
  /** Bytes that what was pulled from upstreams may take; undefined: any number. */
  upstreamCacheBytes: number | undefined;
  /** Are refusals recorded? */
  auditEnabled: boolean;
  /** Undefined: events are kept for ever. */
  auditRetentionDays: number | undefined;
  /** Are reads recorded, one by one? */
  auditLogAllReads: boolean;
}

export type SettingName = keyof Values;
