import { Fault } from '../../kernel/light/index.ts';
import { command } from './command.ts';
import { credentialsOf, registryOption } from './registry.ts';
import { chooseRegistry } from '../../client/credentials/index.ts';

/** Forgets the token of a registry. It stays good on the server, where it can be revoked. */
export const logout = command({
  options: {
    registry: { ...registryOption.registry, about: 'else KONTOR_REGISTRY_URL, else the last log-in' },
  },
  run: async ({ env, say, note, document, ...rest }, _args, given) => {
    const credentials = credentialsOf({ env, say, note, document, ...rest });
    const { registry } = await chooseRegistry({ credentials, env, option: given.registry });
    if (!(await credentials.forget(registry))) {
      throw new Fault('not_found', `You are not logged in to ${registry}.`);
    }
    say(`Logged out of ${registry}`);
    note('Its token is forgotten here, and lives on until it is revoked on the server.');
    document({ registry });
    return 0;
  },
});
