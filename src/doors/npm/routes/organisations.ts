import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Fault } from '../../../kernel/index.ts';
import { memberText } from '../member-text.ts';
import type { NpmDoorOptions } from '../options.ts';
import { readJson } from '../request.ts';
import { npmRole, readRole } from '../roles.ts';
import { assertedHolder } from '../second-factor.ts';
import { signedIn } from '../signed-in.ts';

/** npm lists all members at once. */
const EVERYBODY = { limit: 1_000_000, offset: 0 };

/** `npm org`, and whose packages are which: protocols/npm 8. An organisation is not tied to the registry that is asked. */
export function organisationRoutes(
  app: FastifyInstance,
  { organisations, sharing, accounts, secondFactors }: NpmDoorOptions,
): void {
  app.get('/-/org/:org/user', async (request, reply) => {
    const { members } = await organisations.members(await signedIn(request), orgOf(request), EVERYBODY);
    return reply
      .header('cache-control', 'no-store')
      .send(Object.fromEntries(members.map(({ name, role }) => [name, npmRole(role)])));
  });

  app.put('/-/org/:org/user', { config: { audit: 'organisation.member' } }, async (request) => {
    const asker = await assertedHolder(secondFactors, request);
    const { user, role } = readMember(await readJson(request));
    const org = orgOf(request);
    const { size } = await organisations.setMember(asker, org, user, readRole(role));
    return { org: { name: org, size }, user, role: npmRole(readRole(role)) };
  });

  app.delete('/-/org/:org/user', { config: { audit: 'organisation.member' } }, async (request, reply) => {
    const asker = await assertedHolder(secondFactors, request);
    const { user } = readMember(await readJson(request));
    await organisations.removeMember(asker, orgOf(request), user);
    return reply.code(204).send();
  });

  app.get('/-/org/:org/package', async (request, reply) => {
    const asker = await signedIn(request);
    const { id } = await organisations.see(asker, orgOf(request));
    const packages = await sharing.packagesOf(request.registry, asker, { organisationId: id });
    return reply.header('cache-control', 'no-store').send(packages);
  });

  // npm asks here for what is no organisation.
  app.get('/-/user/:user/package', async (request, reply) => {
    const asker = await signedIn(request);
    const { user: name } = request.params as { user: string };
    const user = await accounts.find(name);
    if (user === undefined) throw new Fault('not_found', 'There is no user or organisation of this name.');
    const packages = await sharing.packagesOf(request.registry, asker, { userId: user.id });
    return reply.header('cache-control', 'no-store').send(packages);
  });
}

function orgOf(request: FastifyRequest): string {
  const { org } = request.params as { org: string };
  return org.replace(/^@/, '');
}

function readMember(body: unknown): { user: string; role: unknown } {
  return { user: memberText(body, 'user'), role: (body as { role?: unknown }).role };
}
