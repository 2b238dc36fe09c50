import type { Config } from '../server/index.ts';
import { LazyStore } from './lazy-store.ts';
import type { RegistryOptions } from './options.ts';
import type { Registry } from './registry.ts';

/** What a registry was made with. It stands apart from the class, whose types must not lead into the house. */
export interface Made {
  config: Config;
  log: RegistryOptions['log'];
  store: LazyStore;
  /** What URLs begin with: the public URL, or else where the last server that was started listens. */
  base: string;
}

const made = new WeakMap<Registry, Made>();

export function keep(registry: Registry, config: Config, log: RegistryOptions['log']): void {
  const { publicUrl, port } = config.values;
  const base = publicUrl ?? `http://localhost:${port}`;
  made.set(registry, { config, log, store: new LazyStore(config, log), base });
}

export function madeWith(registry: Registry): Made {
  const found = made.get(registry);
  if (found === undefined) throw new TypeError('createServer takes a Registry of this package.');
  return found;
}
