import type { FastifyRequest } from 'fastify';
import { isReadableName } from '../../formats/npm/index.ts';
import { Fault } from '../../kernel/index.ts';

/** The package that a path names. What can be no package's name has none: Fault `package_not_found`, or `name_invalid` for mischief. */
export function nameOf(request: FastifyRequest): string {
  const name = anyNameOf(request);
  if (!isReadableName(name)) throw notFound();
  return name;
}

/** As `nameOf`, where a name that no npm package has is one like any other. */
export function anyNameOf(request: FastifyRequest): string {
  const { name } = request.params as { name: string };
  if (name.includes('..') || CONTROL.test(name)) throw new Fault('name_invalid', 'Invalid package name');
  return name;
}

// eslint-disable-next-line no-control-regex -- they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f]/;

/** Protocols/pantry 2: what a version in a path looks like. */
const VERSION = /^[a-zA-Z0-9._+-]{1,64}$/;

export function isVersion(text: string): boolean {
  return VERSION.test(text);
}

/** The version that a path names. Fault `bad_request` for what can be none. */
export function versionOf(request: FastifyRequest): string {
  const { version } = request.params as { version: string };
  if (!isVersion(version)) throw new Fault('bad_request', 'Invalid version');
  return version;
}

/** Pantry's words; who may not see a package hears them too. */
export function notFound(): Fault {
  return new Fault('package_not_found', 'Package not found');
}
