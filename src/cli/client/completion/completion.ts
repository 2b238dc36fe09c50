import { command, Misuse } from '../command.ts';
import { bashScript } from './bash.ts';
import { fishScript } from './fish.ts';
import { kontorsTree, vaiscsTree } from './tree.ts';
import { zshScript } from './zsh.ts';

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript };

/** Prints the script for a shell: it completes `kontor` and `vaisc`, with their commands as they are now. */
export const completion = command({
  arguments: 'bash|zsh|fish',
  run: async ({ io, json, document }, [shell = '']) => {
    if (!(shell in SCRIPTS))
      throw new Misuse(`there is no completion for '${shell}': name bash, zsh or fish`);
    const make = SCRIPTS[shell as keyof typeof SCRIPTS];
    const script = [make('kontor', await kontorsTree(io)), make('vaisc', await vaiscsTree())].join('\n');
    if (json) document({ shell, script });
    else io.out(script);
    return 0;
  },
});
