import { command } from './command.ts';
import { registryOption } from './registry.ts';
import { documentOf, settingsOf } from './install.ts';

export const update = command({
  arguments: '[NAME]...',
  options: {
    ...registryOption,
    offline: { about: 'make no request: choose from the copy of the index' },
  },
  run: async (context, names, given) => {
    const { install, readDemand, lockChanges } = await import('../../client/install/index.ts');
    const demand = await readDemand(context.cwd, []);
    const { before, after, ...installed } = await install(demand, {
      ...settingsOf(context, given),
      offline: given.offline ?? false,
      renew: names.length === 0 ? 'all' : new Set(names),
    });
    const changes = lockChanges(before, after);
    for (const change of changes) context.say(change);
    context.say(
      changes.length === 0
        ? 'Everything is up to date'
        : `${context.paint.green('✓')} Updated ${changes.length} package(s)`,
    );
    context.document(documentOf({ before, after, ...installed }));
    return 0;
  },
});
