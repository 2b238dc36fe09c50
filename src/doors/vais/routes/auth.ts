import type { FastifyInstance } from 'fastify';
import { byPassword, EVERYDAY_SCOPES, type User } from '../../../accounts/index.ts';
import { isFault, isoTime, systemClock } from '../../../kernel/index.ts';
import { readJson } from '../../small-body.ts';
import { VaisFault } from '../errors.ts';
import { fieldsOf, optionalText, refuse, text } from '../fields.ts';
import type { VaisDoorOptions } from '../options.ts';
import { assertFactor, logIn, signedIn } from '../signed-in.ts';
import { stableId } from '../stable-id.ts';

const DAY = 86_400_000;
/** Protocols/vais 2, and of these what the accounts take; what else a password must be is for them to say. */
const USER_NAME = /^[a-z0-9][a-z0-9_-]{2,31}$/i;
const SHORTEST_PASSWORD = 8;

/** Log-in and registration: protocols/vais 2. */
export function authRoutes(
  app: FastifyInstance,
  { accounts, registration, secondFactors, storeId, tokenDays }: VaisDoorOptions,
): void {
  const shape = (user: User) => ({
    id: stableId(storeId, 'user', user.id),
    username: user.name,
    email: user.email,
    is_admin: user.role === 'administrator',
  });

  app.post('/auth/login', { config: { limit: 'login' } }, async (request, reply) => {
    const fields = fieldsOf(await readJson(request));
    const [name, password] = [text(fields, 'username'), text(fields, 'password')];
    const otp = optionalText(fields, 'otp');
    const address = request.clientAddress;
    const user = await logIn(accounts, { name, password, address });
    const by = byPassword(user, address);
    await assertFactor(secondFactors, request, { user, by, otp });
    const expiresAt = systemClock() + tokenDays * DAY;
    const { token } = await accounts.issueToken(
      user,
      { name: 'vais login', scopes: EVERYDAY_SCOPES, expiresAt, shape: 'vais' },
      by,
    );
    return reply
      .header('cache-control', 'no-store')
      .send({ token, expires_at: isoTime(expiresAt), user: shape(user) });
  });

  app.post('/auth/register', { config: { limit: 'login' } }, async (request) => {
    const fields = fieldsOf(await readJson(request));
    const [name, password] = [text(fields, 'username'), text(fields, 'password')];
    const email = optionalText(fields, 'email') ?? null;
    if (!USER_NAME.test(name)) {
      throw refuse(
        'username must have 3 to 32 characters from a-z, 0-9, "_" and "-", and begin with a letter or a digit',
      );
    }
    if (password.length < SHORTEST_PASSWORD) {
      throw refuse(`password must have at least ${SHORTEST_PASSWORD} characters`);
    }
    try {
      return shape(await registration.register({ name, password, email }, request.clientAddress));
    } catch (error) {
      // A reserved name that somebody has is taken like any other.
      const taken =
        isFault(error, 'user_exists') ||
        (isFault(error, 'user_name_invalid') && (await accounts.find(name)) !== undefined);
      if (!taken) throw error;
      throw new VaisFault('user_exists', `User already exists: ${name}`, { cause: error });
    }
  });

  app.get('/auth/me', async (request, reply) => {
    const { user } = await signedIn(request);
    return reply.header('cache-control', 'no-store').send(shape(user));
  });
}
