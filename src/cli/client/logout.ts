import { Fault } from '../../kernel/light/index.ts';
import { Refusal } from '../../client/registry/index.ts';
import { chooseRegistry } from '../../client/credentials/index.ts';
import { command } from './command.ts';
import type { Context } from './context.ts';
import { clientFor, credentialsOf, registryOption } from './registry.ts';

/** Forgets the token of a registry, whatever happens there, and revokes it there. */
export const logout = command({
  options: {
    registry: { ...registryOption.registry, about: 'else KONTOR_REGISTRY_URL, else the last log-in' },
  },
  run: async (context, _args, given) => {
    const credentials = credentialsOf(context);
    const { registry, base } = await chooseRegistry({
      credentials,
      env: context.env,
      option: given.registry,
    });
    // The one that is kept here: what KONTOR_TOKEN holds was not made by a log-in.
    const token = await credentials.token(registry);
    if (token === undefined || !(await credentials.forget(registry))) {
      throw new Fault('not_found', `You are not logged in to ${registry}.`);
    }
    const other = (await credentials.logins()).find((login) => login.token === token);
    if (other !== undefined) {
      context.note(`The token is kept for ${other.registry} too, and is not revoked.`);
    }
    const revoked = other === undefined && (await revoke(context, base, token));
    context.say(`Logged out of ${registry}`);
    context.document({ registry, revoked });
    return 0;
  },
});

/** True if nobody can use the token any more. */
async function revoke(context: Context, base: string, token: string): Promise<boolean> {
  const client = clientFor(context, { base, token });
  try {
    await client.revokeToken();
    return true;
  } catch (error) {
    context.signal.throwIfAborted();
    if (error instanceof Refusal && error.httpStatus === 401) return true;
    const why = error instanceof Error ? error.message : String(error);
    context.warn(`The token is forgotten here, and lives on at the registry, for it was not revoked. ${why}`);
    return false;
  } finally {
    client.close();
  }
}
