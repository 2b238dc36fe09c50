import type { FastifyInstance, FastifyRequest } from 'fastify';
import { tarballName } from '../../../formats/npm/index.ts';
import type { FileLook } from '../../file-look.ts';
import type { AskedArtifact } from '../../send-artifact.ts';
import type { PantryDoorOptions } from '../options.ts';
import { nameOf, notFound, versionOf } from '../request.ts';

/** Tarballs: protocols/pantry 2. */
export function tarballRoutes(app: FastifyInstance, { artifacts }: PantryDoorOptions): void {
  app.head('/packages/:name/:version/tarball', (request, reply) =>
    artifacts.head(request, reply, asked(request)),
  );

  app.get('/packages/:name/:version/tarball', (request, reply) =>
    artifacts.get(request, reply, asked(request)),
  );
}

function asked(request: FastifyRequest): AskedArtifact {
  const name = nameOf(request);
  const version = versionOf(request);
  const look = lookOf(fileName(name, version));
  return { name, version, file: tarballName(name, version), look, absent: notFound };
}

/** How archives look at this door. */
export function lookOf(name: string): FileLook {
  return {
    contentType: 'application/gzip',
    fileName: name,
    etagOf: ({ sha256 }) => `"${sha256.slice(0, 32)}"`,
  };
}

/** As `npm pack` calls it: `acme-demo-1.0.0.tgz`. */
function fileName(name: string, version: string): string {
  return `${name.replace(/^@/, '').replace('/', '-')}-${version}.tgz`;
}
