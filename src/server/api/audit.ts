import { Readable } from 'node:stream';
import { Type } from 'typebox';
import { Fault, timeFrom } from '../../kernel/index.ts';
import { auditEntry, exportEvents, type AuditFilter } from '../../ledger/index.ts';
import type { ApiParts } from './parts.ts';
import { Time } from './schemas.ts';
import type { ApiScope } from './scope.ts';

const Nullable = (description?: string) =>
  Type.Union([Type.String(), Type.Null()], description === undefined ? {} : { description });

const Result = Type.Union([Type.Literal('done'), Type.Literal('refused')]);

const Entry = Type.Object({
  seq: Type.Integer({ description: 'Place in the chain; counts from 1 without gaps.' }),
  at: Time,
  type: Type.String({ description: 'What was done or asked for, such as `package.publish`.' }),
  result: Result,
  actor: Type.Object({
    name: Nullable('As it was at the time; null for whoever is no user.'),
    userId: Type.Union([Type.Integer(), Type.Null()]),
    via: Type.String({
      description:
        'How they showed who they are: `password`, `token:<id>`, `session:<id>`, `command-line`, `server`, `nobody`, ….',
    }),
    address: Nullable("The client's address."),
  }),
  registry: Nullable(),
  package: Nullable(),
  version: Nullable(),
  detail: Type.Record(Type.String(), Type.Unknown()),
  hash: Type.String({ description: 'SHA-256 over this event and the hash of the one before.' }),
});

const Text = Type.Optional(Type.String({ minLength: 1, maxLength: 214, pattern: '^[^\\u0000]*$' }));

const Filter = {
  actor: Text,
  type: Type.Optional(
    Type.String({
      maxLength: 100,
      pattern: '^[a-z.-]+$',
      description: 'With a dot at its end: all that begin so.',
    }),
  ),
  registry: Text,
  package: Text,
  result: Type.Optional(Result),
  since: Type.Optional(Type.String({ description: 'Not before: a day or a moment in UTC.' })),
  until: Type.Optional(Type.String({ description: 'Before: a day or a moment in UTC.' })),
};

/** The record of changes and refusals. */
export function auditRoutes(app: ApiScope, { audit }: ApiParts): void {
  app.get(
    '/audit',
    {
      config: { access: 'administrator' },
      schema: {
        tags: ['audit'],
        summary: 'List events, the newest first',
        querystring: Type.Object({
          ...Filter,
          before: Type.Optional(Type.Integer({ minimum: 1, description: 'Only those before this `seq`.' })),
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, description: '100 if left out.' })),
        }),
        response: {
          200: Type.Object({
            events: Type.Array(Entry),
            next: Type.Union([Type.Integer(), Type.Null()], {
              description: 'What `before` must be for the next page; null on the last one.',
            }),
          }),
        },
      },
    },
    async ({ query: { before, limit = 100, ...query } }) => {
      const found = await audit.find({
        filter: filterFrom(query),
        order: 'newest',
        after: before ?? null,
        limit,
      });
      return {
        events: found.map(auditEntry),
        next: found.length < limit ? null : (found.at(-1)?.seq ?? null),
      };
    },
  );

  app.get(
    '/audit/export',
    {
      config: { access: 'administrator' },
      schema: {
        tags: ['audit'],
        summary: 'All events as JSON lines, the oldest first',
        description: 'Each line is an event as the list has it (`application/x-ndjson`).',
        querystring: Type.Object(Filter),
      },
    },
    (request, reply) => {
      const lines = async function* () {
        for await (const event of exportEvents(audit, filterFrom(request.query))) {
          yield `${JSON.stringify(auditEntry(event))}\n`;
        }
      };
      return reply.type('application/x-ndjson').send(Readable.from(lines(), { objectMode: false }));
    },
  );
}

function filterFrom({
  since,
  until,
  ...filter
}: Omit<AuditFilter, 'since' | 'until'> & { since?: string; until?: string }): AuditFilter {
  return {
    ...filter,
    ...(since !== undefined && { since: moment('since', since) }),
    ...(until !== undefined && { until: moment('until', until) }),
  };
}

function moment(name: string, value: string): number {
  const ms = timeFrom(value);
  if (ms !== undefined) return ms;
  throw new Fault(
    'bad_request',
    `${name} is no time: write a day (2026-01-31) or a moment in UTC (2026-01-31T12:00Z).`,
  );
}
