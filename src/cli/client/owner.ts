import { printable } from '../../kernel/light/index.ts';
import { command } from './command.ts';
import { manifestsRegistry } from './manifests-registry.ts';
import { openRegistry, registryOption, tokenOption, withToken, writeOptions } from './registry.ts';

export const ownerAdd = command({
  arguments: 'NAME USER',
  options: writeOptions,
  run: async (context, [name = '', user = ''], given) => {
    const opened = await openRegistry(context, given, await manifestsRegistry(context, given));
    await withToken(context, opened, (client) => client.addOwner(name, user));
    context.say(`${context.paint.green('✓')} ${user} owns ${name} on ${opened.chosen.registry}`);
    context.document({ name, user, owner: true, registry: opened.chosen.registry });
    return 0;
  },
});

export const ownerRemove = command({
  arguments: 'NAME USER',
  options: writeOptions,
  run: async (context, [name = '', user = ''], given) => {
    const opened = await openRegistry(context, given, await manifestsRegistry(context, given));
    await withToken(context, opened, (client) => client.removeOwner(name, user));
    context.say(`${context.paint.green('✓')} ${user} owns ${name} no more on ${opened.chosen.registry}`);
    context.document({ name, user, owner: false, registry: opened.chosen.registry });
    return 0;
  },
});

export const ownerList = command({
  arguments: 'NAME',
  options: { ...registryOption, ...tokenOption },
  run: async (context, [name = ''], given) => {
    const { client, chosen } = await openRegistry(context, given, await manifestsRegistry(context, given));
    try {
      const owners = await client.owners(name);
      for (const owner of owners) context.print(printable(owner));
      context.document({ name, owners, registry: chosen.registry });
      return 0;
    } finally {
      client.close();
    }
  },
});
