import { Type } from 'typebox';
import { actorOf, linkPath } from '../../accounts/index.ts';
import { baseUrl } from '../http/base-url.ts';
import { askerOf } from './access.ts';
import type { ApiParts } from './parts.ts';
import { Time, timeText } from './schemas.ts';
import type { ApiScope } from './scope.ts';
import { Email, LinkShape } from './user-shapes.ts';

const Text = Type.Union([Type.String(), Type.Null()]);

/** New accounts by invitation. */
export function invitationRoutes(app: ApiScope, { users, publicUrl }: ApiParts): void {
  app.post(
    '/invitations',
    {
      config: { access: 'administrator' },
      schema: {
        tags: ['users'],
        summary: 'Invite somebody',
        description:
          'The link lets one person make an account. With an address it is mailed too, if this server sends mail.',
        body: Type.Object({ email: Type.Optional(Type.Union([Email, Type.Null()])) }),
        response: { 201: Type.Object({ ...LinkShape.properties, mailed: Type.Boolean() }) },
      },
    },
    async (request, reply) => {
      const { email = null } = request.body;
      const { secret, expiresAt, mailed } = await users.invite({ email }, actorOf(askerOf(request)));
      const url = `${baseUrl(request.raw, publicUrl)}${linkPath('invitation', secret)}`;
      return reply.code(201).send({ url, expiresAt: timeText(expiresAt), mailed });
    },
  );

  app.get(
    '/invitations',
    {
      config: { access: 'administrator' },
      schema: {
        tags: ['users'],
        summary: 'List the open invitations',
        response: {
          200: Type.Object({
            invitations: Type.Array(
              Type.Object({
                id: Type.Integer(),
                email: Text,
                invitedBy: Text,
                createdAt: Time,
                expiresAt: Time,
              }),
            ),
          }),
        },
      },
    },
    async () => ({
      invitations: (await users.invitations()).map(({ id, email, madeBy, createdAt, expiresAt }) => ({
        id,
        email,
        invitedBy: madeBy,
        createdAt: timeText(createdAt),
        expiresAt: timeText(expiresAt),
      })),
    }),
  );

  app.delete(
    '/invitations/:id',
    {
      config: { access: 'administrator' },
      schema: {
        tags: ['users'],
        summary: 'Take an invitation back',
        params: Type.Object({ id: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }) }),
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      await users.revokeInvitation(request.params.id, actorOf(askerOf(request)));
      return reply.code(204).send(null);
    },
  );
}
