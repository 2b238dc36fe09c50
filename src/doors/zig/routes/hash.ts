import type { FastifyInstance } from 'fastify';
import { Fault } from '../../../kernel/index.ts';
import type { ZigDoorOptions } from '../options.ts';
import { releaseOf, usageShape } from '../shapes.ts';

/** Which package has this content: protocols/pantry 4. Both forms of a hash are known. */
export function hashRoutes(app: FastifyInstance, { catalogue, contents }: ZigDoorOptions): void {
  app.get('/hash/:hash', async (request) => {
    const { hash } = request.params as { hash: string };
    const principal = await request.principal();
    const found = await contents.find(request.registry, asWritten(hash), principal);
    const head = found && (await catalogue.findPackage(request.registry.id, found.name));
    const row = head && (await catalogue.version(head.id, found.version));
    if (row === undefined) throw new Fault('not_found', 'Package not found for this hash');
    const release = releaseOf(row);
    return { name: release.name, version: release.version, ...usageShape(request.base, release) };
  });
}

/** Hexadecimal digits may come in capitals; the modern form has none that mean the same. */
function asWritten(hash: string): string {
  return /^1220[0-9A-F]{64}$/i.test(hash) ? hash.toLowerCase() : hash;
}
