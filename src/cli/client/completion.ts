import { command } from './command.ts';
import { commands } from './commands.ts';

export const completion = command({
  arguments: 'SHELL',
  run: ({ print }) => {
    for (const name of Object.keys(commands)) print(name);
    return 0;
  },
});
