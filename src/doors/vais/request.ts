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

/** The version that a path names, and whether it asks for the archive: `1.0.0`, `1.0.0.tar.gz`. */
export function versionOf(request: FastifyRequest): { version: string; isArchive: boolean } {
  const { version } = request.params as { version: string };
  const isArchive = version.endsWith(ARCHIVE);
  return { version: isArchive ? version.slice(0, -ARCHIVE.length) : version, isArchive };
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
