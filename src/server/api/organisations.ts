import { Type } from 'typebox';
import { askerOf } from './access.ts';
import {
  Description,
  MemberRole,
  MemberShape,
  Name,
  OrganisationShape,
  memberShape,
  organisationShape,
} from './organisation-shapes.ts';
import type { ApiParts } from './parts.ts';
import type { ApiScope } from './scope.ts';

const tags = ['organisations'];
const One = Type.Object({ organisation: Name });
const Member = Type.Object({ organisation: Name, user: Name });

/** Organisations and their members. Who is no member gets what they would if there were no such organisation. */
export function organisationRoutes(app: ApiScope, { organisations }: ApiParts): void {
  app.get(
    '/organisations',
    {
      config: { access: 'user' },
      schema: {
        tags,
        summary: 'List the organisations that you are a member of',
        response: { 200: Type.Object({ organisations: Type.Array(OrganisationShape) }) },
      },
    },
    async (request) => ({
      organisations: (await organisations.mine(askerOf(request))).map((row) => organisationShape(row)),
    }),
  );

  app.post(
    '/organisations',
    {
      config: { access: 'user' },
      schema: {
        tags,
        summary: 'Make an organisation',
        description:
          "You own it, with the packages of yours that are in its scope. A user's name, a name that looks like another one, and a scope in which others have packages are for administrators.",
        body: Type.Object({
          name: Name,
          description: Description,
          owner: Type.Optional(Type.String({ maxLength: 100, description: 'For administrators.' })),
        }),
        response: { 201: OrganisationShape },
      },
    },
    async (request, reply) => {
      const asker = askerOf(request);
      const { name } = await organisations.create(asker, request.body);
      return reply.code(201).send(organisationShape(await organisations.see(asker, name)));
    },
  );

  app.get(
    '/organisations/:organisation',
    {
      config: { access: 'user' },
      schema: { tags, summary: 'Read an organisation', params: One, response: { 200: OrganisationShape } },
    },
    async (request) =>
      organisationShape(await organisations.see(askerOf(request), request.params.organisation)),
  );

  app.get(
    '/organisations/:organisation/members',
    {
      config: { access: 'user' },
      schema: {
        tags,
        summary: 'List the members of an organisation',
        params: One,
        querystring: Type.Object({
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
          offset: Type.Optional(Type.Integer({ minimum: 0, default: 0 })),
        }),
        response: { 200: Type.Object({ members: Type.Array(MemberShape), total: Type.Integer() }) },
      },
    },
    async (request) => {
      const { limit = 100, offset = 0 } = request.query;
      const page = { limit, offset };
      const found = await organisations.members(askerOf(request), request.params.organisation, page);
      return { members: found.members.map((member) => memberShape(member)), total: found.total };
    },
  );

  app.put(
    '/organisations/:organisation/members/:user',
    {
      config: { access: 'user' },
      schema: {
        tags,
        summary: 'Add a member, or change a role',
        description: 'Maintainers look after readers and publishers, owners after everybody.',
        params: Member,
        body: Type.Object({ role: MemberRole }),
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const { organisation, user } = request.params;
      await organisations.setMember(askerOf(request), organisation, user, request.body.role);
      return reply.code(204).send(null);
    },
  );

  app.delete(
    '/organisations/:organisation/members/:user',
    {
      config: { access: 'user' },
      schema: {
        tags,
        summary: 'Take a member out, or leave',
        description: 'Everybody may leave but the last owner.',
        params: Member,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      await organisations.removeMember(askerOf(request), request.params.organisation, request.params.user);
      return reply.code(204).send(null);
    },
  );
}
