export { reachBucket, type ReachedBucket } from './open.ts';
export type { S3Connection, S3Credentials, S3Options } from './options.ts';
export { S3Storage, type S3Data, type S3StorageOptions } from './package-storage.ts';
