import { Fault } from '../../kernel/light/index.ts';
import { findProject, withoutDependency, writeWhole } from '../../client/project/index.ts';
import { command } from './command.ts';

/** Takes dependencies out of the manifest. What the lock has of them goes at the next install. */
export const remove = command({
  arguments: 'NAME...',
  run: async (context, names) => {
    const { manifestFile, text: before } = await findProject(context.cwd);
    let text = before;
    for (const name of names) {
      const without = withoutDependency(text, name);
      if (without === undefined) {
        throw new Fault('package_not_found', `${manifestFile} names no dependency "${name}".`);
      }
      text = without;
    }
    await writeWhole(manifestFile, text);
    for (const name of names) context.say(`${context.paint.green('✓')} Removed ${name} from vais.toml`);
    context.document({ manifest: manifestFile, removed: names });
    return 0;
  },
});
