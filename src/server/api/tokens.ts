import { Type } from 'typebox';
import { actorOf, type TokenRow } from '../../accounts/index.ts';
import { Fault } from '../../kernel/index.ts';
import { askerOf } from './access.ts';
import type { ApiParts } from './parts.ts';
import { Time, timeText } from './schemas.ts';
import type { ApiScope } from './scope.ts';
import { OneTimePassword } from './user-shapes.ts';

const Names = Type.Optional(Type.Array(Type.String({ maxLength: 300 }), { maxItems: 100 }));
const Limits = Type.Object({
  registries: Names,
  packages: Names,
  organisations: Names,
  addresses: Names,
});
const Scope = Type.Union([
  Type.Literal('read'),
  Type.Literal('publish'),
  Type.Literal('yank'),
  Type.Literal('admin'),
]);
const Moment = Type.Union([Time, Type.Null()]);
const TokenShape = Type.Object({
  id: Type.String({ description: 'Names it; opens nothing.' }),
  prefix: Type.String({ description: 'How the token begins.' }),
  name: Type.String(),
  description: Type.Union([Type.String(), Type.Null()]),
  scopes: Type.Array(Scope),
  limits: Limits,
  bypassSecondFactor: Type.Boolean(),
  createdAt: Time,
  expiresAt: Moment,
  lastUsedAt: Moment,
});

const PAGE = 100;

/** One's own tokens; see docs/tokens.md. */
export function tokenRoutes(app: ApiScope, { accounts, secondFactors }: ApiParts): void {
  app.get(
    '/tokens',
    {
      config: { access: 'user' },
      schema: {
        tags: ['tokens'],
        summary: 'List your tokens',
        description: 'Those that still open something, oldest first.',
        querystring: Type.Object({
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: PAGE })),
          offset: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000 })),
        }),
        response: { 200: Type.Object({ tokens: Type.Array(TokenShape), total: Type.Integer() }) },
      },
    },
    async (request) => {
      const { limit = PAGE, offset = 0 } = request.query;
      const { tokens, total } = await accounts.tokensOf(askerOf(request).user, { limit, offset });
      return { tokens: tokens.map(tokenShape), total };
    },
  );

  app.post(
    '/tokens',
    {
      config: { access: 'user', limitedTokens: true, ownFactor: true },
      schema: {
        tags: ['tokens'],
        summary: 'Make a token',
        description: 'It may no more than the credentials of this request. It is shown now and never again.',
        body: Type.Object({
          name: Type.String({ maxLength: 1000 }),
          description: Type.Optional(Type.String({ maxLength: 1000 })),
          scopes: Type.Array(Scope, { maxItems: 4 }),
          limits: Type.Optional(Limits),
          bypassSecondFactor: Type.Optional(Type.Boolean()),
          expiresAt: Type.Optional(Moment),
          otp: OneTimePassword,
        }),
        response: {
          201: Type.Object({ ...TokenShape.properties, token: Type.String({ description: 'The secret.' }) }),
        },
      },
    },
    async (request, reply) => {
      const asker = askerOf(request);
      const { otp, expiresAt, limits, ...wish } = request.body;
      // A robot's token skips the factor to publish, not to make keys.
      await secondFactors.assertSecondFactor(asker.user, 'always', otp, actorOf(asker));
      const { token, row } = await accounts.deriveToken(asker, {
        ...wish,
        limits: limits ?? null,
        expiresAt: momentFrom(expiresAt),
      });
      return reply.code(201).send({ ...tokenShape(row), token });
    },
  );

  app.delete(
    '/tokens/:id',
    {
      config: { access: 'user', ownFactor: true },
      schema: {
        tags: ['tokens'],
        summary: 'End one of your tokens',
        params: Type.Object({ id: Type.String({ maxLength: 100 }) }),
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const asker = askerOf(request);
      await accounts.revokeToken(asker.user, request.params.id, actorOf(asker));
      return reply.code(204).send(null);
    },
  );
}

/** A year that is no year would be stored as nothing. */
function momentFrom(text: string | null | undefined): number | null {
  if (text === null || text === undefined) return null;
  const at = Date.parse(text);
  if (Number.isSafeInteger(at)) return at;
  throw new Fault('bad_request', 'expiresAt must be a time such as 2026-01-31T12:00:00.000Z.');
}

function tokenShape({ hash, createdAt, expiresAt, lastUsedAt, limits, ...row }: TokenRow) {
  return {
    id: hash,
    ...row,
    limits: limits ?? {},
    createdAt: timeText(createdAt),
    expiresAt: expiresAt === null ? null : timeText(expiresAt),
    lastUsedAt: lastUsedAt === null ? null : timeText(lastUsedAt),
  };
}
