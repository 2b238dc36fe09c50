import { Fault } from '../kernel/index.ts';
import type { RegistryRow } from './ports/index.ts';

/** What whoever may not see a registry gets: the edge answers it as it answers a path where nothing is. */
export function hiddenRegistry({ name }: RegistryRow): Fault {
  return new Fault('registry_not_found', `There is no registry called ${name}.`);
}
