import { printable } from '../../kernel/light/index.ts';
import { command } from './command.ts';
import { openRegistry, registryOption, tokenOption, withToken } from './registry.ts';
import { manifestsRegistry } from './manifests-registry.ts';

/** Asks the registry whose token this is. */
export const whoami = command({
  options: { ...registryOption, ...tokenOption },
  run: async (context, _args, given) => {
    const opened = await openRegistry(context, given, await manifestsRegistry(context, given));
    const {
      username,
      email,
      is_admin: isAdmin,
    } = await withToken(context, opened, (client) => client.whoami());
    context.print(printable(username));
    context.document({ registry: opened.chosen.registry, username, email, is_admin: isAdmin });
    return 0;
  },
});
