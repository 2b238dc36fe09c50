import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { AskedArtifact } from '../../send-artifact.ts';
import type { ZigDoorOptions } from '../options.ts';
import { nameOf, noPackage } from '../request.ts';
import { archiveName } from '../shapes.ts';

/**
 * Archives: protocols/zig 7. The compiler goes by the content type, and undoes a content encoding before it unpacks, so there is none.
 */
export function tarballRoutes(app: FastifyInstance, { artifacts }: ZigDoorOptions): void {
  app.head('/packages/:name/:version/tarball', (request, reply) =>
    artifacts.head(request, reply, asked(request)),
  );

  app.get('/packages/:name/:version/tarball', (request, reply) =>
    artifacts.get(request, reply, asked(request)),
  );
}

/** Protocols/pantry 2. */
const VERSION = /^[A-Za-z0-9._+-]{1,64}$/;

function asked(request: FastifyRequest): AskedArtifact {
  const name = nameOf(request);
  const { version } = request.params as { version: string };
  if (!VERSION.test(version)) throw noPackage();
  const file = archiveName({ name, version });
  const look = { contentType: 'application/gzip', fileName: file };
  return { name, version, file, look, absent: noPackage };
}
