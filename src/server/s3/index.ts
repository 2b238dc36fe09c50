export { S3Storage, type S3Data, type S3StorageOptions } from '../../storage/s3/index.ts';
