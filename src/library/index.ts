export { createServer, type RegistryServer, type StartedServer } from './create-server.ts';
export type { RegistryOptions } from './options.ts';
export { createLocalRegistry, Registry } from './registry.ts';
export { S3Storage, type S3Data, type S3StorageOptions } from './s3-storage.ts';
