import { Type } from 'typebox';
import { actorOf } from '../../accounts/index.ts';
import type { AffectedVersion, StoredAdvisory } from '../../registry/index.ts';
import { askerOf } from './access.ts';
import type { ApiParts } from './parts.ts';
import { Time, timeText } from './schemas.ts';
import type { ApiScope } from './scope.ts';

const tags = ['advisories'];
/** Databases take no NUL in texts. */
const TEXT = '^[^\\u0000]*$';
const Id = Type.String({
  minLength: 1,
  maxLength: 100,
  pattern: TEXT,
  description: 'Such as `GHSA-jf85-cpcp-j695` or `MAL-2025-27824`.',
});
const Source = Type.String({
  maxLength: 50,
  pattern: TEXT,
  description: 'What the database that it came with is called here.',
});
const Severity = Type.Union(
  [Type.Literal('low'), Type.Literal('moderate'), Type.Literal('high'), Type.Literal('critical')],
  { description: 'As its database has it, or as its CVSS score says.' },
);
const Advisory = Type.Object({
  id: Type.String(),
  source: Source,
  aliases: Type.Array(Type.String()),
  summary: Type.String(),
  severity: Severity,
  malicious: Type.Boolean({ description: 'The package is an attack, not a mistake.' }),
  url: Type.String(),
  cwes: Type.Array(Type.String()),
  cvss: Type.Union([Type.Object({ score: Type.Number(), vector: Type.String() }), Type.Null()]),
  publishedAt: Type.Union([Time, Type.Null()]),
  modifiedAt: Time,
  affected: Type.Array(
    Type.Object({
      format: Type.String(),
      name: Type.String(),
      range: Type.String({ description: 'In the words of the format, such as `>=1.0.0 <1.2.3`.' }),
    }),
  ),
});
const Affected = Type.Object({
  registry: Type.String(),
  name: Type.String(),
  version: Type.String(),
  origin: Type.Union([Type.Literal('local'), Type.Literal('upstream')], {
    description: 'Published here, or pulled.',
  }),
  advisory: Type.Object({ id: Type.String(), source: Source, severity: Severity, summary: Type.String() }),
});

/** What is known of vulnerable and malicious packages. */
export function advisoryRoutes(app: ApiScope, { advisories }: ApiParts): void {
  app.get(
    '/advisories',
    {
      config: { access: 'user' },
      schema: {
        tags,
        summary: 'List imported advisories, in the order of their ids',
        querystring: Type.Object({
          package: Type.Optional(
            Type.String({
              minLength: 1,
              maxLength: 214,
              pattern: TEXT,
              description: 'Only those about it.',
            }),
          ),
          malicious: Type.Optional(Type.Boolean()),
          after: Type.Optional(
            Type.String({
              maxLength: 200,
              pattern: TEXT,
              description: 'What `next` of the page before says.',
            }),
          ),
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, description: '100 if left out.' })),
        }),
        response: {
          200: Type.Object({
            advisories: Type.Array(Advisory),
            next: Type.Union([Type.String(), Type.Null()], {
              description: 'What `after` must be for the next page; null on the last one.',
            }),
          }),
        },
      },
    },
    async ({ query: { package: name, malicious, after, limit = 100 } }) => {
      const found = await advisories.list({
        ...(name !== undefined && { name }),
        ...(malicious !== undefined && { malicious }),
        ...(after !== undefined && { after: placeFrom(after) }),
        limit,
      });
      const last = found.length < limit ? undefined : found.at(-1);
      return { advisories: found.map(shape), next: last ? `${last.source}/${last.id}` : null };
    },
  );

  app.get(
    '/advisories/:id',
    {
      config: { access: 'user' },
      schema: {
        tags,
        summary: 'Show an advisory, as each database has it',
        params: Type.Object({ id: Id }),
        response: { 200: Type.Object({ advisories: Type.Array(Advisory) }) },
      },
    },
    async ({ params }) => ({ advisories: (await advisories.show(params.id)).map(shape) }),
  );

  app.delete(
    '/advisories/:id',
    {
      config: { access: 'administrator' },
      schema: {
        tags,
        summary: 'Forget an advisory, until it is imported again',
        params: Type.Object({ id: Id }),
        querystring: Type.Object({ source: Type.Optional(Source) }),
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const { params, query } = request;
      await advisories.remove(params.id, query.source ?? null, actorOf(askerOf(request)));
      return reply.code(204).send(null);
    },
  );

  app.get(
    '/affected-versions',
    {
      config: { access: 'administrator' },
      schema: {
        tags,
        summary: 'Find stored versions, owned and pulled, that an advisory is about',
        querystring: Type.Object({
          limit: Type.Optional(
            Type.Integer({ minimum: 1, maximum: 10_000, description: '1000 if left out.' }),
          ),
        }),
        response: {
          200: Type.Object({
            versions: Type.Array(Affected),
            more: Type.Boolean({ description: 'There are more than were asked for.' }),
          }),
        },
      },
    },
    async ({ query: { limit = 1000 } }) => {
      const versions: AffectedVersion[] = [];
      for await (const affected of advisories.scan()) {
        if (versions.length === limit) return { versions, more: true };
        versions.push(affected);
      }
      return { versions, more: false };
    },
  );
}

/** Sources have no slash in them. */
function placeFrom(after: string): { source: string; id: string } {
  const slash = after.indexOf('/');
  return { source: after.slice(0, Math.max(slash, 0)), id: after.slice(slash + 1) };
}

function shape({ publishedAt, modifiedAt, ...advisory }: StoredAdvisory) {
  return Object.assign(advisory, {
    publishedAt: publishedAt === null ? null : timeText(publishedAt),
    modifiedAt: timeText(modifiedAt),
  });
}
