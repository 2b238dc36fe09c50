import { Fault } from '../kernel/index.ts';

/** Registries that the first start makes, or a later release will: each has the name of its format. */
const FIRST_REGISTRIES: ReadonlySet<string> = new Set(['npm', 'zig', 'vais', 'deb', 'aam', 'oak']);

/**
 * First segments of paths that are no registry: our own doors and pages, and every word that a client of one of the
 * protocols asks for at the root.
 */
const RESERVED: ReadonlySet<string> = new Set([
  'admin',
  'analytics',
  'api',
  'apt',
  'assets',
  'audit-log',
  'auth',
  'badge',
  'binaries',
  'categories',
  'check',
  'commits',
  'cpkgs',
  'dists',
  'docs',
  'download',
  'downloads',
  'git',
  'health',
  'login',
  'logout',
  'metrics',
  'orgs',
  'package',
  'packages',
  'pantry',
  'php',
  'pool',
  'popular',
  'publish',
  'publisher',
  'ready',
  'recent',
  'register',
  'registry',
  'repos',
  'scopes',
  'search',
  'static',
  'stats',
  'storage',
  'template',
  'upload',
  'user',
  'users',
  'webhook',
  'webhooks',
]);

const REGISTRY_NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** True for a first segment that belongs to no registry of a user's, and to no owner of anything: see `checkRegistryName`. */
export function isReservedName(name: string): boolean {
  return RESERVED.has(name) || FIRST_REGISTRIES.has(name);
}

/** Fault `name_invalid`, with the rule, unless a registry of this format may have this name and so this path. */
export function checkRegistryName(name: string, format: string): void {
  if (!REGISTRY_NAME.test(name)) {
    throw new Fault(
      'name_invalid',
      'This registry name is not accepted: it must have 1 to 63 characters from a-z, 0-9 and "-", and begin with a letter or a digit.',
    );
  }
  if (RESERVED.has(name)) {
    throw new Fault(
      'name_invalid',
      `A registry cannot be named ${name}: clients expect something else at /${name}. Choose another name, such as team-${name}.`,
    );
  }
  if (FIRST_REGISTRIES.has(name) && name !== format) {
    throw new Fault(
      'name_invalid',
      `A registry of the format ${format} cannot be named ${name}: that name belongs to the format ${name}. Choose another name, such as team-${format}.`,
    );
  }
}
