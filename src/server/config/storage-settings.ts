import { join } from 'node:path';
import { Complaint, parseFlag, parseHttpUrl, parsePath } from './parse.ts';
import type { ProfileName } from './profiles.ts';
import type { Basis, Setting } from './settings.ts';

/** Where the bytes of packages are kept. */
export type StorageLocation =
  | { kind: 'files'; /** Absolute. */ path: string }
  | { kind: 's3'; bucket: string; /** Empty, or segments that each end in a slash. */ prefix: string };

/** Settings of where bytes are kept, and of the way there. */
export interface StorageValues {
  storage: StorageLocation;
  /** What requests to S3 are signed for. */
  s3Region: string;
  /** Scheme, host and port; undefined: Amazon's. */
  s3Endpoint: string | undefined;
  /** Undefined: the keys are those that the machine has. */
  s3AccessKeyId: string | undefined;
  s3SecretAccessKey: string | undefined;
  s3SessionToken: string | undefined;
  /** The bucket in the path, not in the host name; undefined: with an endpoint of one's own. */
  s3ForcePathStyle: boolean | undefined;
}

/** S3 allows a key 1024 bytes; ours have fewer than 900. */
const LONGEST_PREFIX = 100;

/** `file:PATH`, or `s3:BUCKET` with or without a prefix of its keys. */
export function parseStorage(raw: string, cwd: string): StorageLocation {
  if (raw.startsWith('file:')) return { kind: 'files', path: parsePath(raw, 'file:', cwd) };
  if (!raw.startsWith('s3:')) throw new Complaint('is not a storage: write file:PATH or s3:BUCKET/PREFIX.');
  const [bucket = '', ...segments] = raw
    .slice('s3:'.length)
    .replace(/^\/\//, '')
    .replace(/\/$/, '')
    .split('/');
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) {
    throw new Complaint(
      `names the bucket "${bucket}", which none can be called: write 3 to 63 lower-case letters, digits, dots and hyphens.`,
    );
  }
  const prefix = segments.map((segment) => `${segment}/`).join('');
  const isPrefix = segments.every((segment) => /^(?!\.)[A-Za-z0-9._-]+$/.test(segment));
  if (!isPrefix || prefix.length > LONGEST_PREFIX) {
    throw new Complaint(
      `has the prefix "${prefix}": write up to ${LONGEST_PREFIX} letters, digits, dots, hyphens and slashes, such as s3:${bucket}/kontor.`,
    );
  }
  return { kind: 's3', bucket, prefix };
}

export function showStorage(storage: StorageLocation): string {
  if (storage.kind === 'files') return `file:${storage.path}`;
  return `s3:${storage.bucket}${storage.prefix === '' ? '' : `/${storage.prefix.replace(/\/$/, '')}`}`;
}

/** Where the servers of these families keep them. */
const folders: Partial<Record<ProfileName, string>> = { pantry: 'tarballs', vais: 'packages' };

function defaultStorage({ profile, data }: Basis) {
  return { raw: `file:${join(data, folders[profile] ?? 'blobs')}`, why: 'below data' };
}

function parseRegion(raw: string): string {
  if (/^[a-zA-Z0-9-]{1,64}$/.test(raw)) return raw;
  throw new Complaint(`is "${raw}", which is not a region: write one such as us-east-1.`);
}

const key = (raw: string) => raw;

export const storageSettings: { readonly [K in keyof StorageValues]: Setting<StorageValues[K]> } = {
  storage: {
    env: 'KONTOR_STORAGE',
    doc: 'Where the bytes of packages are kept: file:PATH, or s3:BUCKET with or without a /PREFIX.',
    defaultDoc:
      '`file:<data>/blobs`; `file:<data>/tarballs` with the profile pantry, `file:<data>/packages` with vais',
    parse: parseStorage,
    initial: defaultStorage,
    show: showStorage,
  },
  s3Region: {
    env: 'KONTOR_S3_REGION',
    doc: 'The region that requests to S3 are signed for; a store of one’s own usually takes any.',
    defaultDoc: '`us-east-1`',
    parse: parseRegion,
    initial: () => ({ raw: 'us-east-1' }),
  },
  s3Endpoint: {
    env: 'KONTOR_S3_ENDPOINT',
    doc: 'The address of a store that speaks S3, such as http://minio:9000.',
    defaultDoc: 'Amazon’s, of the region',
    parse: parseHttpUrl,
  },
  s3AccessKeyId: {
    env: 'KONTOR_S3_ACCESS_KEY_ID',
    doc: 'The access key for S3.',
    defaultDoc: 'what the machine has: files of the AWS command line, or its role',
    parse: key,
  },
  s3SecretAccessKey: {
    env: 'KONTOR_S3_SECRET_ACCESS_KEY',
    doc: 'The secret of that access key.',
    defaultDoc: 'as the access key',
    secret: true,
    parse: key,
  },
  s3SessionToken: {
    env: 'KONTOR_S3_SESSION_TOKEN',
    doc: 'The session token of a temporary access key.',
    defaultDoc: 'none',
    secret: true,
    parse: key,
  },
  s3ForcePathStyle: {
    env: 'KONTOR_S3_FORCE_PATH_STYLE',
    doc: 'Whether the bucket is in the path of a URL (true) or in its host name (false).',
    defaultDoc: '`true` with an endpoint, else `false`',
    parse: parseFlag,
  },
};
