import type { FastifyInstance } from 'fastify';
import { vaisRanges } from '../../../formats/vais/index.ts';
import { isoTime } from '../../../kernel/index.ts';
import { askerOf, readerId } from '../../../policy/index.ts';
import { gatedHits } from '../../gated-hits.ts';
import { assertSeen } from '../assert-seen.ts';
import { VaisFault } from '../errors.ts';
import type { VaisDoorOptions } from '../options.ts';
import { storedRelease } from '../shapes.ts';

/** Packages of one user that are told of. */
const MOST_PACKAGES = 500;

/** People and what they own: protocols/vais 2. An address is nobody's business. */
export function userRoutes(app: FastifyInstance, options: VaisDoorOptions): void {
  const { accounts, catalogue } = options;

  app.get('/users/:username', { config: { limit: 'search' } }, async (request, reply) => {
    const { registry } = request;
    const { username } = request.params as { username: string };
    await assertSeen(options, request);
    const principal = await request.principal();
    const nobody = () => new VaisFault('not_found', `User not found: ${username.slice(0, 120)}`);
    const user = await accounts.find(username);
    if (user === undefined) throw nobody();
    const { hits } = await catalogue.search({
      registryId: registry.id,
      words: [],
      typed: '',
      scope: null,
      owner: user.name,
      keywords: [],
      readerId: readerId(principal, registry.name),
      limit: MOST_PACKAGES,
      offset: 0,
    });
    const shown = await gatedHits({ ...options, ranges: vaisRanges }, registry, hits);
    const { userId, administrator } = askerOf(principal);
    // Who has an account is told of authors alone: their names stand in the index too.
    if (shown.length === 0 && !administrator && userId !== user.id) throw nobody();
    const packages = shown.map(({ name, manifest, downloads }) => ({
      name,
      description: (manifest === null ? undefined : storedRelease({ manifest }).description) ?? null,
      downloads,
    }));
    return reply.header('cache-control', 'private, no-cache').send({
      username: user.name,
      email: null,
      created_at: isoTime(user.createdAt),
      packages,
    });
  });
}
