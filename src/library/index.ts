export { createServer, type RegistryServer, type StartedServer } from './create-server.ts';
export type { RegistryOptions } from './options.ts';
export { createLocalRegistry, createRegistryFromEnv, Registry } from './registry.ts';
export { S3Storage, type S3Data, type S3StorageOptions } from './s3-storage.ts';
export type {
  CommitOptions,
  CommitPublish,
  CommitPublishSummary,
  PackageMetadata,
  PublishMetadata,
  SearchResult,
  StorageBackends,
} from './shapes.ts';
