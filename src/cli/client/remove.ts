import { Fault } from '../../kernel/light/index.ts';
import { editManifest, findProject, withoutDependency } from '../../client/project/index.ts';
import { command } from './command.ts';

/** Takes dependencies out of the manifest. What the lock has of them goes at the next install. */
export const remove = command({
  arguments: 'NAME...',
  run: async (context, names) => {
    const { manifestFile } = await findProject(context.cwd);
    await editManifest(manifestFile, (before) =>
      names.reduce((text, name) => {
        const without = withoutDependency(text, name);
        if (without !== undefined) return without;
        throw new Fault('package_not_found', `${manifestFile} names no dependency "${name}".`);
      }, before),
    );
    for (const name of names) context.say(`${context.paint.green('✓')} Removed ${name} from vais.toml`);
    context.document({ manifest: manifestFile, removed: names });
    return 0;
  },
});
