import { command, type Command } from './command.ts';
import { manifestsRegistry } from './manifests-registry.ts';
import { openRegistry, withToken, writeOptions } from './registry.ts';
import { versionSpec } from './spec.ts';

/** Marks a version so that nobody begins to use it; who has it in a lock file still gets it. */
export const yank = marking('yank');
export const unyank = marking('unyank');

function marking(action: 'yank' | 'unyank'): Command {
  return command({
    arguments: 'NAME@VERSION',
    options: {
      version: { value: 'VERSION', about: 'instead of @VERSION behind the name' },
      ...writeOptions,
    },
    run: async (context, [spec = ''], given) => {
      const { name, version } = versionSpec(spec, given.version);
      const opened = await openRegistry(context, given, await manifestsRegistry(context, given));
      const { registry } = opened.chosen;
      await withToken(context, opened, (client) => client[action](name, version));
      const done = action === 'yank' ? 'Yanked' : 'Took back the yank of';
      context.say(`${context.paint.green('✓')} ${done} ${name} v${version} on ${registry}`);
      context.document({ name, version, yanked: action === 'yank', registry });
      return 0;
    },
  });
}
