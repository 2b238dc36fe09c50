export { createServer, type RegistryServer, type StartedServer } from './create-server.ts';
export type { RegistryOptions } from './options.ts';
export { createLocalRegistry, Registry } from './registry.ts';
