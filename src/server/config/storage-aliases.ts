import type { Alias, Others } from './aliases.ts';
import { Complaint } from './parse.ts';

/** Words of `STORAGE_BACKEND` for files, and for a store that speaks S3. */
const FILES = new Set(['local', 'filesystem', 'file']);
const OBJECTS = new Set(['s3', 'minio']);

/** Chooses the kind of storage; `S3_BUCKET` says which bucket. */
function storageBackend(raw: string, other: Others): undefined {
  const backend = raw.toLowerCase();
  if (FILES.has(backend)) return;
  if (!OBJECTS.has(backend)) {
    throw new Complaint(`is "${raw}", which is not a storage: set it to local or s3.`);
  }
  const bucket = other('S3_BUCKET');
  if (bucket === undefined) throw new Complaint(`is ${raw}, but no bucket is named: set S3_BUCKET too.`);
  if (bucket === 'local') {
    throw new Complaint(
      `is ${raw}, but S3_BUCKET is local, which keeps files: name a bucket, or set both to local.`,
    );
  }
}

/** `local` means files, the default, and so leaves the choice of place to other settings. */
function bucketName(raw: string, other: Others): string | undefined {
  // The bucket is a detail of a storage that the switch may not choose.
  if (raw === 'local' || FILES.has(other('STORAGE_BACKEND')?.toLowerCase() ?? '')) return undefined;
  return `s3:${raw}`;
}

/** Counts only where none of the names is set, which say the same more closely. */
function unless(...names: string[]) {
  return (raw: string, other: Others) => (names.every((name) => other(name) === undefined) ? raw : undefined);
}

/** An address may come without a scheme. */
function address(scheme: string, ...names: string[]) {
  return (raw: string, other: Others) => {
    const chosen = unless(...names)(raw, other);
    return chosen === undefined || chosen.includes('://') ? chosen : `${scheme}://${chosen}`;
  };
}

/** Keys go by the pair: of whose access key we take, we take the secret. */
const OWN = 'KONTOR_S3_ACCESS_KEY_ID';
const AWS = 'AWS_ACCESS_KEY_ID';
const S3 = 'S3_ACCESS_KEY_ID';
const MINIO = 'MINIO_ACCESS_KEY';

/** Other names of the settings of storage. */
export const storageAliases: Readonly<Record<string, Alias>> = {
  STORAGE_BACKEND: { setting: 'storage', translate: storageBackend },
  S3_BUCKET: { setting: 'storage', translate: bucketName },
  S3_REGION: { setting: 's3Region' },
  AWS_REGION: { setting: 's3Region', translate: unless('S3_REGION') },
  AWS_DEFAULT_REGION: { setting: 's3Region', translate: unless('S3_REGION', 'AWS_REGION') },
  S3_ENDPOINT: { setting: 's3Endpoint', translate: address('https') },
  S3_ENDPOINT_URL: { setting: 's3Endpoint' },
  AWS_ENDPOINT_URL_S3: { setting: 's3Endpoint', translate: unless('S3_ENDPOINT', 'S3_ENDPOINT_URL') },
  AWS_ENDPOINT_URL: {
    setting: 's3Endpoint',
    translate: unless('S3_ENDPOINT', 'S3_ENDPOINT_URL', 'AWS_ENDPOINT_URL_S3'),
  },
  MINIO_ENDPOINT: {
    setting: 's3Endpoint',
    translate: address('http', 'S3_ENDPOINT', 'S3_ENDPOINT_URL', 'AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL'),
  },
  S3_ACCESS_KEY_ID: { setting: 's3AccessKeyId' },
  AWS_ACCESS_KEY_ID: { setting: 's3AccessKeyId', translate: unless(S3) },
  MINIO_ACCESS_KEY: { setting: 's3AccessKeyId', translate: unless(S3, AWS) },
  MINIO_ROOT_USER: { setting: 's3AccessKeyId', translate: unless(S3, AWS, MINIO) },
  S3_SECRET_ACCESS_KEY: { setting: 's3SecretAccessKey', translate: unless(OWN) },
  AWS_SECRET_ACCESS_KEY: { setting: 's3SecretAccessKey', translate: unless(OWN, S3) },
  MINIO_SECRET_KEY: { setting: 's3SecretAccessKey', translate: unless(OWN, S3, AWS) },
  MINIO_ROOT_PASSWORD: { setting: 's3SecretAccessKey', translate: unless(OWN, S3, AWS, MINIO) },
  AWS_SESSION_TOKEN: { setting: 's3SessionToken', translate: unless(OWN, S3) },
  S3_FORCE_PATH_STYLE: { setting: 's3ForcePathStyle' },
};
