import { levelOfRustFilter } from './log-level.ts';
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

function allOrigins(raw: string): '*' | undefined {
  return parseFlag(raw) ? '*' : undefined;
}

/** Its own server logs requests, or it does not; ours logs them as `info`. */
function requestLog(raw: string): 'warn' | undefined {
  return parseFlag(raw) ? undefined : 'warn';
}

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
  RUST_LOG: { setting: 'logLevel', translate: levelOfRustFilter },
  JWT_SECRET: { setting: 'jwtSecret' },
  SMTP_HOST: { setting: 'smtpHost' },
  SMTP_PORT: { setting: 'smtpPort' },
  SMTP_USER: { setting: 'smtpUser' },
  SMTP_PASSWORD: { setting: 'smtpPassword' },
  SMTP_FROM: { setting: 'smtpFrom' },
  MAX_PACKAGE_SIZE: { setting: 'maxTarballBytes' },
  VAIS_REGISTRY_MAX_UPLOAD: { setting: 'vaisMaxTarballBytes' },
  VAIS_REGISTRY_TOKEN_EXPIRY: { setting: 'vaisTokenDays' },
  VAIS_REGISTRY_CORS_ALL: { setting: 'vaisCorsOrigins', translate: allOrigins },
  VAIS_REGISTRY_CORS_ORIGINS: {
    setting: 'vaisCorsOrigins',
    translate: (raw, other) => allOrigins(other('VAIS_REGISTRY_CORS_ALL') ?? 'false') ?? raw,
  },
  VAIS_REGISTRY_LOGGING: { setting: 'logLevel', translate: requestLog },
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
