import type { FastifyInstance, FastifyRequest } from 'fastify';
import { tarballVersion } from '../../../formats/npm/index.ts';
import type { AskedArtifact } from '../../send-artifact.ts';
import type { NpmDoorOptions } from '../options.ts';
import { nameOf } from '../request.ts';
import { notFound } from '../shapes.ts';

const look = { contentType: 'application/octet-stream' };

/** Tarballs: protocols/npm 1, "Tarball URLs". Immutable, so they may be cached for ever. */
export function tarballRoutes(app: FastifyInstance, { artifacts }: NpmDoorOptions): void {
  app.head('/:name/-/:file', async (request, reply) => artifacts.head(request, reply, await asked(request)));

  app.get('/:name/-/:file', async (request, reply) => artifacts.get(request, reply, await asked(request)));
}

/** Credentials that are no good are refused whatever the path asks for. */
async function asked(request: FastifyRequest): Promise<AskedArtifact> {
  const name = nameOf(request);
  const { file } = request.params as { file: string };
  if (!file.endsWith('.tgz')) {
    await request.principal();
    throw notFound();
  }
  return { name, file, version: tarballVersion(name, file), look, absent: notFound };
}
