import type { Command } from 'commander';
import { commands } from './client/commands.ts';

/**
 * The client's commands, for the help and for suggestions. A line that begins with one never comes here; what does has the server's options
 * before it.
 */
export function addClientStubs(program: Command): void {
  const known = new Set(program.commands.map((command) => command.name()));
  const names = Object.keys(commands).filter((name) => !commands[name]?.hidden);
  const groups = names.flatMap((name) => name.split(' ').slice(0, -1));
  const entries = [...names.filter((name) => !name.includes(' ')), ...groups];
  for (const name of new Set(entries)) {
    if (known.has(name)) continue;
    program
      .command(name)
      .description(commands[name]?.about ?? names.filter((one) => one.startsWith(`${name} `)).join(', '))
      .helpGroup('Packages of Vais (also kontor pkg COMMAND, vaisc pkg COMMAND):')
      .helpOption(false)
      .allowUnknownOption()
      .allowExcessArguments()
      .action(() => program.error(`error: '${name}' is for projects, and takes no option of the server's`));
  }
}
