import { levelOfRustFilter, logLevels, type LogLevel } from './log-level.ts';
import { Complaint, parseFlag } from './parse.ts';
import { storageAliases } from './storage-aliases.ts';
import type { Values } from './values.ts';

/** A variable that other servers of the same job use, and what it means here. */
export interface Alias {
  setting: keyof Values;
  /**
   * The value as the setting itself would be written, or undefined if the variable says nothing about it.
   * `other` tells of other variables. Throws a Complaint. Without it the value is taken as it is.
   */
  translate?: (raw: string, other: Others) => string | undefined;
}

/** What another variable holds; undefined if it is unset or empty. */
export type Others = (name: string) => string | undefined;

function path(scheme: string) {
  // Two slashes at the beginning would read as the start of an authority.
  return (raw: string) => (raw.startsWith(scheme) ? raw : scheme + raw.replace(/^\/+/, '/'));
}

/** `local` means files, the default, and so leaves the choice of place to other settings. */
function local(service: string) {
  return (raw: string): undefined => {
    if (raw !== 'local')
      throw new Complaint(
        `is "${raw}": ${service} comes in a later release; set it to local, which keeps files.`,
      );
  };
}

function fallback(raw: string): 'off' | undefined {
  return parseFlag(raw) ? undefined : 'off';
}

/** `false` leaves those of the list, which it has beside it, or none. */
function allOrigins(raw: string, other: Others): '*' | 'none' | undefined {
  if (parseFlag(raw)) return '*';
  return other(LISTED_ORIGINS) === undefined ? 'none' : undefined;
}

function listedOrigins(raw: string, other: Others): string {
  return parseFlag(other(ALL_ORIGINS) ?? 'false') ? '*' : raw;
}

const ALL_ORIGINS = 'VAIS_REGISTRY_CORS_ALL';
const LISTED_ORIGINS = 'VAIS_REGISTRY_CORS_ORIGINS';

/** Its own server logs requests, or it does not; ours logs them as `info`. A filter beside it may ask for less still. */
function requestLog(raw: string, other: Others): LogLevel | undefined {
  if (parseFlag(raw)) return undefined;
  const filter = other(LOG_FILTER);
  return filter === undefined ? 'warn' : withoutRequests(filter);
}

function logFilter(raw: string, other: Others): LogLevel {
  return parseFlag(other(REQUEST_LOG) ?? 'true') ? levelOfRustFilter(raw) : withoutRequests(raw);
}

function withoutRequests(filter: string): LogLevel {
  const level = levelOfRustFilter(filter);
  return logLevels.indexOf(level) < logLevels.indexOf('warn') ? 'warn' : level;
}

const LOG_FILTER = 'RUST_LOG';
const REQUEST_LOG = 'VAIS_REGISTRY_LOGGING';

/** Every other name of a setting. All are valid always, whatever the profile; the setting's own name wins. */
export const aliases: Readonly<Record<string, Alias>> = {
  VAIS_REGISTRY_HOST: { setting: 'host' },
  API_HOST: { setting: 'host' },
  PORT: { setting: 'port' },
  VAIS_REGISTRY_PORT: { setting: 'port' },
  API_PORT: { setting: 'port' },
  DATABASE_URL: { setting: 'database' },
  VAIS_REGISTRY_DB: { setting: 'database', translate: path('sqlite:') },
  DYNAMODB_TABLE: { setting: 'database', translate: local('DynamoDB') },
  DYNAMODB_ANALYTICS_TABLE: { setting: 'database', translate: local('DynamoDB') },
  VAIS_REGISTRY_STORAGE: { setting: 'storage', translate: path('file:') },
  ...storageAliases,
  BASE_URL: { setting: 'publicUrl' },
  VAIS_REGISTRY_ADMIN_USER: { setting: 'adminUser' },
  ADMIN_USERNAME: { setting: 'adminUser' },
  VAIS_REGISTRY_ADMIN_PASS: { setting: 'adminPassword' },
  ADMIN_PASSWORD: { setting: 'adminPassword' },
  ADMIN_EMAIL: { setting: 'adminEmail' },
  NPM_FALLBACK: { setting: 'npmUpstream', translate: fallback },
  [LOG_FILTER]: { setting: 'logLevel', translate: logFilter },
  JWT_SECRET: { setting: 'jwtSecret' },
  SMTP_HOST: { setting: 'smtpHost' },
  SMTP_PORT: { setting: 'smtpPort' },
  SMTP_USER: { setting: 'smtpUser' },
  SMTP_PASSWORD: { setting: 'smtpPassword' },
  SMTP_FROM: { setting: 'smtpFrom' },
  MAX_PACKAGE_SIZE: { setting: 'maxTarballBytes' },
  VAIS_REGISTRY_MAX_UPLOAD: { setting: 'vaisMaxTarballBytes' },
  VAIS_REGISTRY_TOKEN_EXPIRY: { setting: 'vaisTokenDays' },
  [ALL_ORIGINS]: { setting: 'vaisCorsOrigins', translate: allOrigins },
  [LISTED_ORIGINS]: { setting: 'vaisCorsOrigins', translate: listedOrigins },
  [REQUEST_LOG]: { setting: 'logLevel', translate: requestLog },
};

/** Settings that may stand in a section of `kontor.yaml`, as the files of other servers have them. */
export const sections: Readonly<Record<string, keyof Values>> = {
  'audit.enabled': 'auditEnabled',
  'audit.retention_days': 'auditRetentionDays',
  'audit.log_all_reads': 'auditLogAllReads',
};

/** Secrets of the sample files that Kontor does not read itself, but that must not stay as the sample has them. */
export const foreignSecrets: readonly string[] = [
  'POSTGRES_PASSWORD',
  'MINIO_ROOT_PASSWORD',
  'REGISTRY_DB_PASSWORD',
  'GITEA_SECRET_KEY',
  'GITEA_TOKEN',
  'REDIS_PASSWORD',
  'AWS_SECRET_ACCESS_KEY',
];

/**
 * Names that Kubernetes, and Docker's links, inject for services called `kontor` or `kontor-…`
 * (Kubernetes documentation, Services, "Environment variables").
 */
export function isInjected(name: string, value: string): boolean {
  return (
    /^KONTOR_(\w+_)?(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)$/.test(
      name,
    ) ||
    (/^KONTOR_(\w+_)?PORT$/.test(name) && /^(tcp|udp|sctp):\/\//.test(value))
  );
}
