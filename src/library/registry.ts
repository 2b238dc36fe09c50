import { configFor } from './config.ts';
import type { RegistryOptions } from './options.ts';

/** What a registry was made with, for the other modules of this folder. */
export interface Made {
  options: RegistryOptions;
  /** Paths are relative to it, wherever the program goes later. */
  cwd: string;
}

const made = new WeakMap<Registry, Made>();

export function madeWith(registry: Registry): Made {
  const found = made.get(registry);
  if (found === undefined) throw new TypeError('createServer takes a Registry of this package.');
  return found;
}

/**
 * A package registry within your own program. Making one opens nothing: its store is opened, and made if there is none, by
 * {@link createServer}'s `start`.
 *
 * @example
 * const registry = new Registry({ baseUrl: 'https://registry.example.com', localStoragePath: '/srv/registry' })
 */
export class Registry {
  /** The address that clients use; undefined where it is taken from each request. */
  readonly baseUrl: string | undefined;

  /** Throws an error with the code `config_invalid`, one sentence a line, for options that make no sense. */
  constructor(options: RegistryOptions = {}) {
    const cwd = process.cwd();
    this.baseUrl = configFor(options, cwd).values.publicUrl;
    made.set(this, { options: { ...options }, cwd });
  }
}

/**
 * A registry that keeps everything in `./.registry`, and looks up in the public registry what it does not have.
 *
 * @param baseUrl the address that clients use
 */
export function createLocalRegistry(baseUrl = 'http://localhost:3000'): Registry {
  return new Registry({ s3Bucket: 'local', dynamoTable: 'local', baseUrl, npmFallback: true });
}
