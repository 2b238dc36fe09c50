import type { FastifyInstance } from 'fastify';
import { Fault } from '../../../kernel/index.ts';
import { readerId } from '../../../policy/index.ts';
import type { NpmDoorOptions } from '../options.ts';

/** `npm stars`: protocols/npm 3.4. Everybody sees the stars of packages that they may see. */
export function starRoutes(app: FastifyInstance, { catalogue }: NpmDoorOptions): void {
  app.get('/-/_view/starredByUser', async (request, reply) => {
    const { key } = request.query as Record<string, unknown>;
    const names = await catalogue.starsOf(
      request.registry.id,
      userNameFrom(key),
      readerId(await request.principal(), request.registry.name),
    );
    return reply.header('cache-control', 'no-cache').send({ rows: names.map((name) => ({ value: name })) });
  });
}

/** The parameter is JSON, as in CouchDB's views. */
function userNameFrom(key: unknown): string {
  try {
    const name: unknown = JSON.parse(typeof key === 'string' ? key : '');
    if (typeof name === 'string' && !name.includes('\0')) return name;
  } catch {
    // The sentence below says what is wanted.
  }
  throw new Fault('bad_request', 'Name the user in JSON, such as ?key="anna".');
}
