import type { FastifyRequest } from 'fastify';
import { isRegistryName, lookupName } from '../../formats/zig/index.ts';
import { Fault } from '../../kernel/index.ts';

// eslint-disable-next-line no-control-regex -- they are what is looked for
const MISCHIEF = /\.\.|[\u0000-\u001f\u007f]/;

/** The package that a path names, with dashes or with underscores. Faults `name_invalid`, `package_not_found`. */
export function nameOf(request: FastifyRequest): string {
  const { name } = request.params as { name: string };
  if (MISCHIEF.test(name)) throw new Fault('name_invalid', 'Invalid package name');
  const known = lookupName(name);
  if (!isRegistryName(known)) throw noPackage();
  return known;
}

/** Those who may not see a package hear it too. */
export function noPackage(): Fault {
  return new Fault('package_not_found', 'Package not found');
}

export function noVersion(): Fault {
  return new Fault('version_not_found', 'Package version not found');
}
