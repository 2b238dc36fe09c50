import { initProject } from '../../client/project/index.ts';
import { command } from './command.ts';

/** Makes a package of the working folder. */
export const init = command({
  options: { name: { value: 'NAME', about: "of the package; else the folder's" } },
  run: async (context, _args, { name }) => {
    const made = await initProject(context.cwd, name);
    context.say(`${context.paint.green('✓')} Created package in ${context.cwd}`);
    for (const path of made) context.say(`  ${path}`);
    context.document({ folder: context.cwd, made });
    return 0;
  },
});
