import type { FastifyRequest } from 'fastify';
import { isVaisName } from '../../formats/vais/index.ts';
import { VaisFault } from './errors.ts';

const ARCHIVE = '.tar.gz';

/** The package that a path names. Fault `package_not_found` for a name that none may have. */
export function nameOf(request: FastifyRequest): string {
  const { name } = request.params as { name: string };
  if (!isVaisName(name)) throw noPackage(name);
  return name;
}

/** Signs that versions are made of, and as many as one may have. */
const VERSION = /^[0-9A-Za-z.+-]{1,100}$/;

/**
 * The version that a path names, and whether it asks for the archive: `1.0.0`, `1.0.0.tar.gz`. Fault `version_not_found` for what none
 * can be: it is not even counted as missing.
 */
export function versionOf(request: FastifyRequest): { version: string; isArchive: boolean } {
  const { name, version: asked } = request.params as { name: string; version: string };
  const isArchive = asked.endsWith(ARCHIVE);
  const version = isArchive ? asked.slice(0, -ARCHIVE.length) : asked;
  if (!VERSION.test(version)) throw noVersion(name, version);
  return { version, isArchive };
}

/** Those who may not see a package hear it too. */
export function noPackage(name: string): VaisFault {
  return new VaisFault('package_not_found', `Package not found: ${shortened(name)}`);
}

export function noVersion(name: string, version: string): VaisFault {
  return new VaisFault('version_not_found', `Version not found: ${name}@${shortened(version)}`);
}

function shortened(text: string): string {
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}
