import { Type } from 'typebox';
import { askerOf } from './access.ts';
import { Description, Name, TeamShape, teamShape } from './organisation-shapes.ts';
import type { ApiParts } from './parts.ts';
import type { ApiScope } from './scope.ts';

const tags = ['organisations'];
const TEAMS = '/organisations/:organisation/teams';
const Organisation = Type.Object({ organisation: Name });
const Team = Type.Object({ organisation: Name, team: Name });
const Member = Type.Object({ organisation: Name, team: Name, user: Name });

/** Teams of an organisation; its members see them, its maintainers change them. */
export function teamRoutes(app: ApiScope, { organisations }: ApiParts): void {
  app.get(
    TEAMS,
    {
      config: { access: 'user' },
      schema: {
        tags,
        summary: 'List the teams of an organisation',
        params: Organisation,
        response: { 200: Type.Object({ teams: Type.Array(TeamShape) }) },
      },
    },
    async (request) => {
      const teams = await organisations.teams(askerOf(request), request.params.organisation);
      return { teams: teams.map((team) => teamShape(team)) };
    },
  );

  app.post(
    TEAMS,
    {
      config: { access: 'user' },
      schema: {
        tags,
        summary: 'Make a team',
        params: Organisation,
        body: Type.Object({ name: Name, description: Description }),
        response: { 201: TeamShape },
      },
    },
    async (request, reply) => {
      const { organisation } = request.params;
      const team = await organisations.createTeam(askerOf(request), organisation, request.body);
      return reply.code(201).send(teamShape(team));
    },
  );

  app.delete(
    `${TEAMS}/:team`,
    {
      config: { access: 'user' },
      schema: {
        tags,
        summary: 'Remove a team, with what it was granted',
        params: Team,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      await organisations.removeTeam(askerOf(request), request.params.organisation, request.params.team);
      return reply.code(204).send(null);
    },
  );

  app.get(
    `${TEAMS}/:team/members`,
    {
      config: { access: 'user' },
      schema: {
        tags,
        summary: 'List the members of a team',
        params: Team,
        response: { 200: Type.Object({ members: Type.Array(Type.String()) }) },
      },
    },
    async (request) => {
      const { organisation, team } = request.params;
      return { members: await organisations.teamMembers(askerOf(request), organisation, team) };
    },
  );

  const setMember = (method: 'PUT' | 'DELETE', isMember: boolean) =>
    app.route({
      method,
      url: `${TEAMS}/:team/members/:user`,
      config: { access: 'user' },
      schema: {
        tags,
        summary: isMember ? 'Put a member of the organisation into a team' : 'Take somebody out of a team',
        params: Member,
        response: { 204: Type.Null() },
      },
      handler: async (request, reply) => {
        const { user, ...place } = request.params;
        await organisations.setTeamMember(askerOf(request), place, user, isMember);
        return reply.code(204).send(null);
      },
    });
  setMember('PUT', true);
  setMember('DELETE', false);
}
