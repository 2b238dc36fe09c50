import { Type } from 'typebox';
import { actorOf } from '../../accounts/index.ts';
import type { ListedClaim } from '../../registry/index.ts';
import { askerOf } from './access.ts';
import { Name } from './organisation-shapes.ts';
import type { ApiParts } from './parts.ts';
import { Time, timeText } from './schemas.ts';
import type { ApiScope } from './scope.ts';

const tags = ['registries'];
const CLAIMS = '/registries/:registry/claims';
const One = Type.Object({
  registry: Name,
  pattern: Type.String({ maxLength: 214, description: 'Percent-encoded: `@acme%2f*`.' }),
});
const Text = Type.Union([Type.String(), Type.Null()]);
const Claim = Type.Object({
  pattern: Type.String({ description: 'A name, or what names begin with and `*`.' }),
  from: Type.Union([Type.Literal('settings'), Type.Literal('claim')], {
    description: 'Does it stand in the settings, or did an administrator claim it?',
  }),
  by: Text,
  at: Type.Union([Time, Type.Null()]),
  reason: Text,
});

/** Names that are ours whether or not anything was published under them. */
export function claimRoutes(app: ApiScope, { registries, claimKeeper }: ApiParts): void {
  app.get(
    CLAIMS,
    {
      config: { access: 'administrator' },
      schema: {
        tags,
        summary: 'List the names that are claimed',
        params: Type.Object({ registry: Name }),
        response: { 200: Type.Object({ claims: Type.Array(Claim) }) },
      },
    },
    async (request) => {
      const registry = await registries.see(askerOf(request), request.params.registry);
      return { claims: (await claimKeeper.list(registry)).map(claimShape) };
    },
  );

  app.put(
    `${CLAIMS}/:pattern`,
    {
      config: { access: 'administrator' },
      schema: {
        tags,
        summary: 'Claim a name',
        description:
          "No upstream is asked for it from now on. What is stored of an upstream's package of just this name goes for good.",
        params: One,
        body: Type.Object({
          reason: Type.Optional(Type.String({ maxLength: 1000 })),
          owner: Type.Optional(
            Type.String({
              maxLength: 214,
              description: 'The user or organisation that publishes it first; not for patterns.',
            }),
          ),
        }),
        response: {
          201: Type.Object({
            versionsTaken: Type.Integer({ description: 'Stored versions of the upstream that went.' }),
          }),
        },
      },
    },
    async (request, reply) => {
      const asker = askerOf(request);
      const registry = await registries.see(asker, request.params.registry);
      const { pattern } = request.params;
      const { reason = null, owner = null } = request.body;
      return reply
        .code(201)
        .send(await claimKeeper.claim(registry, actorOf(asker), { pattern, reason, owner }));
    },
  );

  app.delete(
    `${CLAIMS}/:pattern`,
    {
      config: { access: 'administrator' },
      schema: {
        tags,
        summary: 'Release a name',
        description: "Where nothing was published under it, it may be the upstream's again.",
        params: One,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const asker = askerOf(request);
      const registry = await registries.see(asker, request.params.registry);
      await claimKeeper.release(registry, actorOf(asker), request.params.pattern);
      return reply.code(204).send(null);
    },
  );
}

function claimShape(claim: ListedClaim) {
  const { pattern } = claim;
  if (claim.at === null) return { pattern, from: 'settings' as const, by: null, at: null, reason: null };
  const { by, at, reason } = claim;
  return { pattern, from: 'claim' as const, by: by.name ?? by.via, at: timeText(at), reason };
}
