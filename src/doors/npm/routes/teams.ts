import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isReadableName } from '../../../formats/npm/index.ts';
import { Fault } from '../../../kernel/index.ts';
import type { AccessLevel } from '../../../registry/index.ts';
import { memberText } from '../member-text.ts';
import type { NpmDoorOptions } from '../options.ts';
import { readJson } from '../request.ts';
import { notFound } from '../shapes.ts';
import { assertedHolder } from '../second-factor.ts';
import { signedIn } from '../signed-in.ts';

const USERS = '/-/team/:org/:team/user';
const PACKAGES = '/-/team/:org/:team/package';
const MEMBERS = { config: { audit: 'team.member' } };
const GRANTS = { config: { audit: 'package.grant' } };

/** `npm team` and `npm access grant`, `revoke`: protocols/npm 8. */
export function teamRoutes(
  app: FastifyInstance,
  { organisations, sharing, secondFactors }: NpmDoorOptions,
): void {
  app.get('/-/org/:org/team', async (request, reply) => {
    const { org } = placeOf(request);
    const teams = await organisations.teams(await signedIn(request), org);
    return reply.header('cache-control', 'no-store').send(teams.map(({ name }) => `${org}:${name}`));
  });

  app.put('/-/org/:org/team', { config: { audit: 'team.create' } }, async (request, reply) => {
    const asker = await assertedHolder(secondFactors, request);
    const body = await readJson(request);
    const { description } = body as { description?: unknown };
    const name = memberText(body, 'name');
    const team = await organisations.createTeam(asker, placeOf(request).org, {
      name,
      ...(typeof description === 'string' && { description }),
    });
    return reply.code(201).send({ name: team.name, description: team.description });
  });

  app.delete('/-/team/:org/:team', { config: { audit: 'team.remove' } }, async (request, reply) => {
    const { org, team } = placeOf(request);
    await organisations.removeTeam(await assertedHolder(secondFactors, request), org, team);
    return reply.code(204).send();
  });

  app.get(USERS, async (request, reply) => {
    const { org, team } = placeOf(request);
    const members = await organisations.teamMembers(await signedIn(request), org, team);
    return reply.header('cache-control', 'no-store').send(members);
  });

  const setMember = async (request: FastifyRequest, isMember: boolean): Promise<string> => {
    const asker = await assertedHolder(secondFactors, request);
    const user = memberText(await readJson(request), 'user').replace(/^@/, '');
    const { org: organisation, team } = placeOf(request);
    await organisations.setTeamMember(asker, { organisation, team }, user, isMember);
    return user;
  };
  app.put(USERS, MEMBERS, async (request, reply) =>
    reply.code(201).send({ user: await setMember(request, true) }),
  );
  app.delete(USERS, MEMBERS, async (request, reply) => {
    await setMember(request, false);
    return reply.code(204).send();
  });

  app.get(PACKAGES, async (request, reply) => {
    const asker = await signedIn(request);
    const { org, team } = placeOf(request);
    const { id: teamId } = await organisations.team(asker, org, team);
    const packages = await sharing.packagesOf(request.registry, asker, { teamId });
    return reply.header('cache-control', 'no-store').send(packages);
  });

  const grant = async (request: FastifyRequest, readAccess: (body: unknown) => AccessLevel | null) => {
    const asker = await assertedHolder(secondFactors, request);
    const body = await readJson(request);
    const name = memberText(body, 'package');
    if (!isReadableName(name)) throw notFound();
    const access = readAccess(body);
    const { org: organisation, team } = placeOf(request);
    const found = await organisations.team(asker, organisation, team);
    await sharing.grant(request.registry, asker, { name, organisation, team: found, access });
  };
  app.put(PACKAGES, GRANTS, async (request, reply) => {
    await grant(request, readPermissions);
    return reply.code(201).send({ ok: true });
  });
  app.delete(PACKAGES, GRANTS, async (request, reply) => {
    await grant(request, () => null);
    return reply.code(204).send();
  });
}

function placeOf(request: FastifyRequest): { org: string; team: string } {
  const { org, team = '' } = request.params as { org: string; team?: string };
  return { org: org.replace(/^@/, ''), team };
}

function readPermissions(body: unknown): AccessLevel {
  switch (memberText(body, 'permissions')) {
    case 'read-only':
      return 'read';
    case 'read-write':
      return 'write';
    default:
      throw new Fault('bad_request', 'The permissions of a team are "read-only" or "read-write".');
  }
}
