import type { FastifyInstance } from 'fastify';
import type { Organisations } from '../../../accounts/index.ts';
import { Fault, isFault } from '../../../kernel/index.ts';
import { maintainerShape } from '../../publisher-shape.ts';
import type { NpmDoorOptions } from '../options.ts';
import { signedIn } from '../signed-in.ts';

const USER_ID = /^org\.couchdb\.user:(.+)$/s;

/** Who a user is: `npm owner` asks before it adds one (protocols/npm 3.3). Not for strangers, nor for jobs: users could be counted. */
export function userDocumentRoutes(app: FastifyInstance, { accounts, organisations }: NpmDoorOptions): void {
  app.get('/-/user/:id', async (request, reply) => {
    await signedIn(request);
    const { id } = request.params as { id: string };
    const name = USER_ID.exec(id)?.[1] ?? '';
    const user = (await accounts.find(name)) ?? (await organisationAsUser(organisations, name));
    if (user === undefined) throw new Fault('not_found', 'There is no user of this name.');
    const shape = { _id: `org.couchdb.user:${user.name}`, ...maintainerShape(user) };
    return reply.header('cache-control', 'no-cache').send(shape);
  });
}

/** An organisation owns packages as users do; npm knows one kind of owner. */
async function organisationAsUser(
  organisations: Organisations,
  name: string,
): Promise<{ name: string; email: null } | undefined> {
  try {
    return { name: (await organisations.known(name)).name, email: null };
  } catch (error) {
    if (isFault(error, 'organisation_not_found')) return undefined;
    throw error;
  }
}
