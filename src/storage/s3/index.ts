export { reachBucket, type ReachedBucket } from './open.ts';
export type { S3Connection, S3Credentials, S3Options } from './options.ts';
