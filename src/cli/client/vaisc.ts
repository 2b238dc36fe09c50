import type { Io } from '../io.ts';
import { version } from '../version.ts';
import { commands, findCommand, inGroup } from './commands.ts';
import { runClient } from './run.ts';
import { interruptSignal } from './interrupt.ts';

const ABOUT = `vaisc ${version()}: the package manager of Vais, from Kontor

Usage: vaisc pkg COMMAND [options]

It is no compiler: \`vaisc pkg\` is all that there is. vaisc pkg --help shows its commands.
`;

/** The second name of this program, under which people and scripts know the package manager of Vais. */
export async function runVaisc(args: readonly string[], io: Io): Promise<number> {
  const [first, ...rest] = args;
  if (first === 'pkg') {
    return runClient(rest, { io, program: 'vaisc pkg', interrupt: interruptSignal });
  }
  if (first === '--version' || first === '-V') {
    io.out(`vaisc ${version()}\n`);
    return 0;
  }
  if (first === undefined || first === '--help' || first === '-h' || first === 'help') {
    io.out(ABOUT);
    return 0;
  }
  if (findCommand(args, commands) !== undefined || inGroup(first, commands).length > 0) {
    io.err(`error: this vaisc is a package manager: 'vaisc pkg ${first}' is meant\n`);
    return 2;
  }
  io.err(
    first.startsWith('-')
      ? `error: unknown option '${first}'\n`
      : `error: this vaisc is a package manager, and cannot '${first}'\n`,
  );
  io.err('(vaisc pkg --help shows what there is)\n');
  return 2;
}
