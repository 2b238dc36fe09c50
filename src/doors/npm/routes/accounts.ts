import type { FastifyInstance } from 'fastify';
import type { Accounts, User } from '../../../accounts/index.ts';
import { Fault, isFault } from '../../../kernel/index.ts';
import type { NpmDoorOptions } from '../options.ts';
import { readJson } from '../request.ts';

const USER_ID = /^org\.couchdb\.user:(.+)$/s;

/** Who am I, and the couch login: protocols/npm 4.3. */
export function accountRoutes(app: FastifyInstance, { accounts, registration }: NpmDoorOptions): void {
  app.get('/-/whoami', async (request) => {
    const principal = await request.principal();
    if (principal.kind === 'nobody') {
      throw new Fault('unauthenticated', 'You are not logged in: send a token, or run npm login.');
    }
    return { username: principal.user.name };
  });

  app.put('/-/user/:id', async (request, reply) => {
    const { id } = request.params as { id: string };
    const login = credentialsFrom(await readJson(request), id);
    const user = await logInOrRegister(accounts, registration, login);
    const { token } = await accounts.issueToken(user, {
      name: 'npm login',
      scopes: ['read', 'publish'],
      expiresAt: null,
    });
    return reply.code(201).send({ ok: true, id, rev: `1-${user.id}`, token });
  });
}

interface Login {
  name: string;
  password: string;
  email: string | null;
}

/** npm sends the same request to log in and to register, so the name decides. */
async function logInOrRegister(
  accounts: Accounts,
  registration: 'open' | 'off',
  login: Login,
): Promise<User> {
  if (registration === 'open') {
    try {
      return await accounts.register(login);
    } catch (error) {
      // The policy for new passwords is no concern of somebody who has one.
      if (!isFault(error, 'user_exists') && !isFault(error, 'password_weak')) throw error;
      return accounts.login(login.name, login.password).catch((refusal: unknown) => {
        throw isFault(error, 'password_weak') ? error : refusal;
      });
    }
  }
  return accounts.login(login.name, login.password);
}

function credentialsFrom(body: unknown, id: string): Login {
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
