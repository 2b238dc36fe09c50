import { Type } from 'typebox';
import { askerOf } from './access.ts';
import { invitationShape, MemberRole, Name, OrganisationInvitation } from './organisation-shapes.ts';
import type { ApiParts } from './parts.ts';
import type { ApiScope } from './scope.ts';
import { Email, LinkSecret, UserName } from './user-shapes.ts';

const tags = ['organisations'];
const PLACE = '/organisations/:organisation/invitations';
const Accept = Type.Boolean({ description: 'False declines.' });
const List = Type.Object({ invitations: Type.Array(OrganisationInvitation) });

/** Invitations to become a member of an organisation. */
export function organisationInvitationRoutes(app: ApiScope, { organisations }: ApiParts): void {
  app.get(
    PLACE,
    {
      config: { access: 'user' },
      schema: {
        tags,
        summary: 'List the open invitations of an organisation',
        params: Type.Object({ organisation: Name }),
        response: { 200: List },
      },
    },
    async (request) => {
      const open = await organisations.invitations(askerOf(request), request.params.organisation);
      return { invitations: open.map((invitation) => invitationShape(invitation)) };
    },
  );

  app.post(
    PLACE,
    {
      config: { access: 'user' },
      schema: {
        tags,
        summary: 'Invite a user, or somebody by e-mail',
        params: Type.Object({ organisation: Name }),
        body: Type.Object({
          user: Type.Optional(UserName),
          email: Type.Optional(Email),
          role: MemberRole,
        }),
        response: {
          201: Type.Object({
            invitation: OrganisationInvitation,
            secret: Type.Union([Type.String(), Type.Null()], {
              description: 'For whom you invited by e-mail, where this server sends no mail. Shown only now.',
            }),
          }),
        },
      },
    },
    async (request, reply) => {
      const { organisation } = request.params;
      const made = await organisations.invite(askerOf(request), organisation, request.body);
      return reply.code(201).send({ invitation: invitationShape(made.invitation), secret: made.secret });
    },
  );

  app.delete(
    `${PLACE}/:id`,
    {
      config: { access: 'user' },
      schema: {
        tags,
        summary: 'Withdraw an invitation',
        params: Type.Object({ organisation: Name, id: Type.Integer({ minimum: 1 }) }),
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const { organisation, id } = request.params;
      await organisations.withdrawInvitation(askerOf(request), organisation, id);
      return reply.code(204).send(null);
    },
  );

  app.get(
    '/me/organisation-invitations',
    {
      config: { access: 'user' },
      schema: { tags, summary: 'List the invitations to you', response: { 200: List } },
    },
    async (request) => {
      const open = await organisations.myInvitations(askerOf(request));
      return { invitations: open.map((invitation) => invitationShape(invitation)) };
    },
  );

  app.post(
    '/me/organisation-invitations/:id',
    {
      config: { access: 'user' },
      schema: {
        tags,
        summary: 'Accept or decline an invitation',
        params: Type.Object({ id: Type.Integer({ minimum: 1 }) }),
        body: Type.Object({ accept: Accept }),
        response: { 200: OrganisationInvitation },
      },
    },
    async (request) => {
      const { id } = request.params;
      return invitationShape(await organisations.answerInvitation(askerOf(request), id, request.body.accept));
    },
  );

  app.post(
    '/me/organisation-invitations',
    {
      config: { access: 'user' },
      schema: {
        tags,
        summary: 'Accept or decline an invitation that came by e-mail',
        body: Type.Object({ secret: LinkSecret, accept: Accept }),
        response: { 200: OrganisationInvitation },
      },
    },
    async (request) => {
      const { secret, accept } = request.body;
      return invitationShape(await organisations.answerInvitation(askerOf(request), secret, accept));
    },
  );
}
