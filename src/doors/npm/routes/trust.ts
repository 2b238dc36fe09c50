import type { FastifyInstance, FastifyRequest } from 'fastify';
import { actorOf, type SignedIn } from '../../../accounts/index.ts';
import { exchangeIdentity } from '../identity-exchange.ts';
import type { NpmDoorOptions } from '../options.ts';
import { nameOf, readJson } from '../request.ts';
import { assertFactor } from '../second-factor.ts';
import { readTrustBody, trustShape } from '../trust.ts';

/** `npm trust`, and what `npm publish` does in a continuous integration: protocols/npm 7.3. */
export function trustRoutes(app: FastifyInstance, options: NpmDoorOptions): void {
  const { trust, secondFactors } = options;

  /** Who may manage the package, and has shown the second factor: for good a rule does what a token does for a while. */
  const keeper = async (request: FastifyRequest, name: string): Promise<SignedIn> => {
    const principal = await trust.assertMay(request.registry, name, await request.principal());
    await assertFactor(secondFactors, request, principal.user, actorOf(principal));
    return principal;
  };

  app.get('/-/package/:name/trust', async (request, reply) => {
    const name = nameOf(request);
    const { trustedPublishers } = await trust.rules(request.registry, name, await request.principal());
    return reply.header('cache-control', 'no-cache').send(trustedPublishers.map(trustShape));
  });

  app.post('/-/package/:name/trust', { config: { audit: 'package.trust' } }, async (request, reply) => {
    const name = nameOf(request);
    const principal = await keeper(request, name);
    const added = await trust.add(request.registry, name, principal, readTrustBody(await readJson(request)));
    return reply.code(201).send([trustShape(added)]);
  });

  app.delete(
    '/-/package/:name/trust/:id',
    { config: { audit: 'package.distrust' } },
    async (request, reply) => {
      const { id } = request.params as { id: string };
      const name = nameOf(request);
      await trust.remove(request.registry, name, await keeper(request, name), id);
      return reply.code(204).send();
    },
  );

  // yarn asks below the registry; npm leaves the registry's path out: see root.ts.
  app.post(
    '/-/npm/v1/oidc/token/exchange/package/:name',
    { config: { audit: 'machine.token' } },
    (request, reply) => exchangeIdentity(options, request, reply, request.registry.id),
  );
}
