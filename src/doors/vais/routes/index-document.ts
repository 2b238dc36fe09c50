import type { FastifyInstance } from 'fastify';
import { findPackage } from '../found.ts';
import type { SeenIndex } from '../index-document/index.ts';
import type { VaisDoorOptions } from '../options.ts';
import { nameOf, noPackage } from '../request.ts';
import { sendDocument } from '../send-document.ts';

/** The index of the registry, and a package's part of it: protocols/vais 2. */
export function indexRoutes(app: FastifyInstance, options: VaisDoorOptions): void {
  const { indexes, revisions } = options;

  app.get('/index.json', async (request, reply) => {
    const seen = await indexes.of(request.registry, await request.principal());
    return sendDocument(request, reply, seen.document, {
      open: seen.open !== undefined,
      holds: holdsOf(revisions, request.registry.id, seen),
    });
  });

  app.get('/packages/:name/index.json', async (request, reply) => {
    const name = nameOf(request);
    const found = await findPackage(options, request, name);
    const entry = found && (await indexes.entry(request.registry, name));
    if (entry === undefined) throw noPackage(name);
    return sendDocument(request, reply, entry);
  });
}

/** Tells at once whether everybody still sees this document, where the database tells at once. */
function holdsOf(
  { openState }: VaisDoorOptions['revisions'],
  registryId: number,
  { open }: SeenIndex,
): (() => boolean) | undefined {
  if (openState === undefined || open === undefined) return undefined;
  const { revision, policyRevision } = open;
  return () => {
    const now = openState(registryId);
    return now?.revision === revision && now.policyRevision === policyRevision;
  };
}
