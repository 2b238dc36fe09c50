import type { FastifyInstance, FastifyRequest } from 'fastify';
import { mirroredFile } from '../../../formats/zig/index.ts';
import { Fault } from '../../../kernel/index.ts';
import type { AskedArtifact } from '../../send-artifact.ts';
import { readAddress } from '../address.ts';
import type { ZigDoorOptions } from '../options.ts';

/** Archives from elsewhere, known by the hash of their content: fetched once, and served from here afterwards. */
export function mirrorRoutes(app: FastifyInstance, { artifacts }: ZigDoorOptions): void {
  // Each may cost a download, whoever asks.
  const config = { limit: 'search' } as const;

  app.head('/mirror/:hash/*', { config }, (request, reply) => artifacts.head(request, reply, asked(request)));

  app.get('/mirror/:hash/*', { config }, (request, reply) => artifacts.get(request, reply, asked(request)));
}

function asked(request: FastifyRequest): AskedArtifact {
  const { hash, '*': rest } = request.params as { hash: string; '*': string };
  const file = mirroredFile(hash);
  const name = readAddress(rest);
  if (Object.keys(request.query as object).length > 0) {
    throw new Fault('bad_request', 'An archive is mirrored by its path alone; leave the query out.');
  }
  const look = { contentType: 'application/gzip', fileName: file };
  return { name, file, look, version: undefined, absent: () => notMirrored(name) };
}

/** One sentence for what is not allowed, what is not there and what is not for whoever asks. */
function notMirrored(address: string): Fault {
  return new Fault(
    'package_not_found',
    `Nothing is mirrored from ${address}: either it is not there, or no upstream of this registry begins its address.`,
  );
}
