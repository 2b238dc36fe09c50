import { Type } from 'typebox';
import { SESSION_LIFE, actorOf, byPassword, sessionIdOf } from '../../accounts/index.ts';
import { Fault } from '../../kernel/index.ts';
import { noSessionCookie, sessionCookie } from '../http/session-cookie.ts';
import { askerOf } from './access.ts';
import type { ApiParts } from './parts.ts';
import { Time, timeText } from './schemas.ts';
import type { ApiScope } from './scope.ts';
import { OneTimePassword, UserShape, userShape } from './user-shapes.ts';

const SessionShape = Type.Object({
  id: Type.Integer(),
  client: Type.String({ description: 'What the program called itself.' }),
  address: Type.Union([Type.String(), Type.Null()]),
  current: Type.Boolean({ description: 'Is it the one of this request?' }),
  createdAt: Time,
  expiresAt: Time,
});

/** Logging in and out. */
export function sessionRoutes(
  app: ApiScope,
  { accounts, sessions, secondFactors, publicUrl }: ApiParts,
): void {
  const cookie = { secure: publicUrl?.startsWith('https:') ?? false };

  app.post(
    '/sessions',
    {
      config: { access: 'anyone', limit: 'login' },
      schema: {
        tags: ['sessions'],
        summary: 'Log in',
        description: 'Browsers get the session as a cookie too.',
        body: Type.Object({
          login: Type.String({
            maxLength: 1000,
            description: 'The user name, or the verified e-mail address.',
          }),
          password: Type.String({ maxLength: 10_000 }),
          otp: OneTimePassword,
        }),
        response: {
          201: Type.Object({
            token: Type.String({ description: 'A JWT, to be sent as bearer token.' }),
            expiresAt: Time,
            user: UserShape,
          }),
        },
      },
    },
    async (request, reply) => {
      const { login, password, otp } = request.body;
      const user = await accounts.login(login, password, request.clientAddress);
      const by = byPassword(user, request.clientAddress);
      await secondFactors.assertSecondFactor(user, 'always', otp, by);
      const { token, expiresAt } = await sessions.start(user, request.headers['user-agent'] ?? '', by);
      const seconds = SESSION_LIFE / 1000;
      return reply
        .code(201)
        .header('set-cookie', sessionCookie({ token, seconds }, cookie))
        .send({ token, expiresAt: timeText(expiresAt), user: userShape(user) });
    },
  );

  app.get(
    '/sessions',
    {
      config: { access: 'user' },
      schema: {
        tags: ['sessions'],
        summary: 'List your sessions',
        response: { 200: Type.Object({ sessions: Type.Array(SessionShape) }) },
      },
    },
    async (request) => {
      const asker = askerOf(request);
      const current = sessionIdOf(asker);
      const rows = await sessions.of(asker.user);
      return {
        sessions: rows.map(({ id, client, address, createdAt, expiresAt }) => ({
          id,
          client,
          address,
          current: id === current,
          createdAt: timeText(createdAt),
          expiresAt: timeText(expiresAt),
        })),
      };
    },
  );

  app.delete(
    '/sessions/current',
    {
      config: { access: 'user', enrolling: true },
      schema: { tags: ['sessions'], summary: 'Log out', response: { 204: Type.Null() } },
    },
    async (request, reply) => {
      const asker = askerOf(request);
      const id = sessionIdOf(asker);
      if (id === undefined) {
        throw new Fault(
          'bad_request',
          'You came with a token, not with a session: revoke the token instead.',
        );
      }
      await sessions.end(asker.user, id, actorOf(asker));
      return reply.code(204).header('set-cookie', noSessionCookie(cookie)).send(null);
    },
  );

  app.delete(
    '/sessions/:id',
    {
      config: { access: 'user', ownFactor: true },
      schema: {
        tags: ['sessions'],
        summary: 'End one of your sessions',
        params: Type.Object({ id: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }) }),
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const asker = askerOf(request);
      await sessions.end(asker.user, request.params.id, actorOf(asker));
      return reply.code(204).send(null);
    },
  );
}
