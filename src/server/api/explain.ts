import { Type } from 'typebox';
import type { Explanation } from '../../registry/index.ts';
import { Name } from './organisation-shapes.ts';
import type { ApiParts } from './parts.ts';
import { Time, timeText } from './schemas.ts';
import type { ApiScope } from './scope.ts';

const Text = Type.Union([Type.String(), Type.Null()]);
const Moment = Type.Union([Time, Type.Null()]);
const Details = Type.Object({
  claim: Type.Union([
    Type.Object({
      pattern: Type.String(),
      from: Type.Union([Type.Literal('settings'), Type.Literal('claim')]),
      by: Text,
      at: Moment,
      reason: Text,
    }),
    Type.Null(),
  ]),
  offline: Type.Boolean({ description: 'Is nobody asked at all?' }),
  asks: Type.Array(
    Type.Object({
      name: Type.String(),
      url: Type.String(),
      pattern: Type.Union([Type.String(), Type.Null()], {
        description: 'Which of its patterns makes it the only one.',
      }),
    }),
    { description: 'Upstreams that the next read would ask, in order.' },
  ),
  document: Type.Union([
    Type.Object({
      status: Type.Union([Type.Literal('found'), Type.Literal('missing')]),
      upstream: Text,
      fetchedAt: Time,
      checkedAt: Time,
      freshUntil: Moment,
    }),
    Type.Null(),
  ]),
});
const Explained = Type.Object({
  registry: Type.String(),
  name: Type.String(),
  origin: Type.Union(
    [Type.Literal('ours'), Type.Literal('claimed'), Type.Literal('upstream'), Type.Literal('free')],
    {
      description:
        'Published here; declared ours by an administrator; bound to an upstream, a file of whose was served here; none of these.',
    },
  ),
  since: Moment,
  by: Type.Union([Type.String(), Type.Null()], { description: 'Who published it here first.' }),
  versions: Type.Integer({ description: 'That are stored here.' }),
  details: Type.Union([Details, Type.Null()], { description: 'For administrators.' }),
});

/** Whose a name is. */
export function explainRoutes(app: ApiScope, { registries, explainer }: ApiParts): void {
  app.get(
    '/registries/:registry/explain/:name',
    {
      config: { access: 'anyone' },
      schema: {
        tags: ['registries'],
        summary: 'Say whose a name is, and why',
        description: 'A package that the asker may not see is explained as a name that is free.',
        params: Type.Object({
          registry: Name,
          name: Type.String({ maxLength: 214, description: 'Percent-encoded: `@acme%2fdemo`.' }),
        }),
        response: { 200: Explained },
      },
    },
    async (request) => {
      const principal = await request.principal();
      const registry = await registries.see(principal, request.params.registry);
      return shape(await explainer.explain(registry, request.params.name, principal));
    },
  );
}

function shape({ since, details, ...rest }: Explanation) {
  return { ...rest, since: moment(since), details: details && detailsShape(details) };
}

function detailsShape({ claim, document, ...rest }: NonNullable<Explanation['details']>) {
  return {
    ...rest,
    claim: claim && { ...claim, at: moment(claim.at) },
    document: document && {
      ...document,
      fetchedAt: timeText(document.fetchedAt),
      checkedAt: timeText(document.checkedAt),
      freshUntil: moment(document.freshUntil),
    },
  };
}

function moment(ms: number | null): string | null {
  return ms === null ? null : timeText(ms);
}
