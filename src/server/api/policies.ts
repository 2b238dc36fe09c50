import { Type } from 'typebox';
import { actorOf } from '../../accounts/index.ts';
import { Fault } from '../../kernel/index.ts';
import { mergePatch, type SeenPolicy } from '../../registry/index.ts';
import { askerOf } from './access.ts';
import { Name } from './organisation-shapes.ts';
import type { ApiParts } from './parts.ts';
import { Upstream, UpstreamChange } from './policy-shapes.ts';
import type { ApiScope } from './scope.ts';

const tags = ['registries'];
const POLICY = '/registries/:registry/policy';
const UPSTREAMS = '/registries/:registry/upstreams';
const One = Type.Object({ registry: Name });

const Vanished = Type.Union([Type.Literal('hide'), Type.Literal('keep')], {
  description: 'What becomes of versions that an upstream lists no longer.',
});
const BlockMalicious = Type.Boolean({
  description: 'Versions that an imported advisory calls malicious are blocked, whoever published them.',
});
const exempt = Type.Array(Type.String(), {
  description: 'Names, patterns such as `@acme/*`, or `name@range`, that it does not touch.',
});
const hours = Type.Number({ minimum: 0, description: 'Versions of upstreams younger than this are hidden.' });
const source = Type.Union([Type.Literal('kontor.yaml'), Type.Literal('database'), Type.Literal('default')], {
  description: 'Where it was set. What `kontor.yaml` sets cannot be changed here.',
});
const Policy = Type.Object({
  source,
  upstreams: Type.Array(Upstream, { description: 'In the order in which they are asked.' }),
  offline: Type.Boolean({ description: 'No upstream is asked for anything.' }),
  claims: Type.Array(Type.String(), {
    description: 'Names of the settings that are ours; those that were claimed here are at `claims`.',
  }),
  requireClaim: Type.Boolean({
    description: 'A name that an upstream has can be published here only if it was claimed.',
  }),
  vanished: Vanished,
  blockMalicious: BlockMalicious,
  cooldown: Type.Object({ hours, exempt }),
});
const orNull = { description: 'null: as by default.' };
const PolicyChange = Type.Object({
  offline: Type.Optional(Type.Union([Type.Boolean(), Type.Null()], orNull)),
  requireClaim: Type.Optional(Type.Union([Type.Boolean(), Type.Null()], orNull)),
  vanished: Type.Optional(Type.Union([Vanished, Type.Null()], orNull)),
  blockMalicious: Type.Optional(Type.Union([BlockMalicious, Type.Null()], orNull)),
  cooldown: Type.Optional(
    Type.Union(
      [
        Type.Object({
          hours: Type.Optional(Type.Union([hours, Type.Null()])),
          exempt: Type.Optional(Type.Union([exempt, Type.Null()])),
        }),
        Type.Null(),
      ],
      orNull,
    ),
  ),
});
const Upstreams = Type.Object({ source, upstreams: Type.Array(Upstream) });

/** What registries let in from elsewhere. Where upstreams are is for administrators: the server can reach what others cannot. */
export function policyRoutes(app: ApiScope, { registries, policyKeeper }: ApiParts): void {
  app.get(
    POLICY,
    {
      config: { access: 'administrator' },
      schema: {
        tags,
        summary: 'What a registry lets in from elsewhere',
        params: One,
        response: { 200: Policy },
      },
    },
    async (request) => {
      const { registry } = request.params;
      await registries.see(askerOf(request), registry);
      return policyShape(await policyKeeper.see(registry));
    },
  );

  app.patch(
    POLICY,
    {
      config: { access: 'administrator' },
      schema: {
        tags,
        summary: 'Change what a registry lets in',
        description: 'Counts at the next request on every server. What is not named stays.',
        params: One,
        body: PolicyChange,
        response: { 200: Policy },
      },
    },
    async (request) => {
      const { params, body } = request;
      const asker = askerOf(request);
      await registries.see(asker, params.registry);
      for (const [key, route] of [
        ['upstreams', `PUT ${UPSTREAMS}`],
        ['claims', 'PUT /registries/:registry/claims/:pattern'],
      ] as const) {
        if (key in body) throw new Fault('policy_invalid', `${key} are set elsewhere: use ${route}.`);
      }
      const change = (current: object) => mergePatch(current, body);
      return policyShape(await policyKeeper.change(actorOf(asker), params.registry, change));
    },
  );

  app.get(
    UPSTREAMS,
    {
      config: { access: 'administrator' },
      schema: { tags, summary: 'The upstreams of a registry', params: One, response: { 200: Upstreams } },
    },
    async (request) => {
      const { registry } = request.params;
      await registries.see(askerOf(request), registry);
      return policyShape(await policyKeeper.see(registry));
    },
  );

  app.put(
    UPSTREAMS,
    {
      config: { access: 'administrator' },
      schema: {
        tags,
        summary: 'Set the upstreams of a registry, in the order in which they are asked',
        description:
          'The list as a whole; null: as by default. One without credentials keeps those that it had under this name for the same scheme, host and port.',
        params: One,
        body: Type.Object({
          upstreams: Type.Union([Type.Array(UpstreamChange, { maxItems: 50 }), Type.Null()]),
        }),
        response: { 200: Upstreams },
      },
    },
    async (request) => {
      const { params, body } = request;
      const asker = askerOf(request);
      await registries.see(asker, params.registry);
      const change = (current: object) => ({ ...current, upstreams: body.upstreams });
      return policyShape(await policyKeeper.change(actorOf(asker), params.registry, change));
    },
  );
}

function policyShape({ source: from, policy: { cooldown, upstreams, ...policy } }: SeenPolicy) {
  return {
    source: from,
    ...policy,
    cooldown: { hours: cooldown.hours ?? 0, exempt: cooldown.exempt ?? [] },
    upstreams: upstreams.map((upstream) => Object.assign({ credentials: false }, upstream)),
  };
}
