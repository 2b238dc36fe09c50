import type { FastifyInstance } from 'fastify';
import { byPassword, EVERYDAY_SCOPES } from '../../../accounts/index.ts';
import { Fault } from '../../../kernel/index.ts';
import { logInOrRegister, type Credentials } from '../login.ts';
import type { NpmDoorOptions } from '../options.ts';
import { readJson } from '../request.ts';
import { assertFactor } from '../second-factor.ts';
import { signedIn } from '../signed-in.ts';

const USER_ID = /^org\.couchdb\.user:(.+)$/s;

/** Who am I, and the couch login: protocols/npm 4.3. */
export function accountRoutes(
  app: FastifyInstance,
  { accounts, secondFactors, registration }: NpmDoorOptions,
): void {
  app.get('/-/whoami', async (request) => {
    const { user } = await signedIn(request, { enrolling: true });
    return { username: user.name };
  });

  app.put('/-/user/:id', { config: { limit: 'login' } }, async (request, reply) => {
    const { id } = request.params as { id: string };
    const login = { ...credentialsFrom(await readJson(request), id), address: request.clientAddress };
    const user = await logInOrRegister(accounts, registration, login);
    const by = byPassword(user, request.clientAddress);
    await assertFactor(secondFactors, request, user, by);
    const { token } = await accounts.issueToken(
      user,
      { name: 'npm login', scopes: EVERYDAY_SCOPES, expiresAt: null },
      by,
    );
    return reply.code(201).send({ ok: true, id, rev: `1-${user.id}`, token });
  });
}

function credentialsFrom(body: unknown, id: string): Omit<Credentials, 'address'> {
  const fromPath = USER_ID.exec(id)?.[1];
  const { name, password, email } = (typeof body === 'object' && body !== null ? body : {}) as Record<
    string,
    unknown
  >;
  if (fromPath === undefined || typeof name !== 'string' || typeof password !== 'string') {
    throw new Fault(
      'bad_request',
      'A login needs name and password, and the path /-/user/org.couchdb.user:<name>.',
    );
  }
  if (name !== fromPath) throw new Fault('bad_request', 'The name in the body is not the name in the path.');
  return { name, password, email: typeof email === 'string' && email !== '' ? email : null };
}
