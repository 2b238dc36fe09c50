import { projectFolder } from '../../client/project/light/index.ts';
import { isFault } from '../../kernel/light/index.ts';
import { commands, findCommand, inGroup, knownElsewhere } from './commands.ts';

/** What both an operator and somebody in a project ask. */
const SHARED: ReadonlySet<string> = new Set(['verify', 'why']);
/** With one of these it is the operator who asks. */
const OPERATORS = /^(-c.*|--(config|store|registry)(=.*)?)$/;

/** True in a project, or below one. In a folder that is gone there is none, and whatever runs then says so. */
function isInProject(cwd: () => string): boolean {
  try {
    return projectFolder(cwd()) !== undefined;
  } catch (error) {
    if (isFault(error)) return false;
    throw error;
  }
}

/**
 * The part of kontor's line that is for the client, or undefined where it is for the server's commands. `kontor verify` and `kontor why`
 * are the client's in a project, unless an operator's option says otherwise (docs/decisions/0022).
 */
export function clientsPart(
  args: readonly string[],
  cwd: () => string,
): { args: readonly string[]; program: 'kontor' | 'kontor pkg' } | undefined {
  const [first = '', ...rest] = args;
  if (first === 'pkg') return { args: rest, program: 'kontor pkg' };
  // `audit` is the operator's.
  const isKnown = first !== 'audit' && Object.hasOwn(knownElsewhere, first);
  if (!isKnown && findCommand(args, commands) === undefined && inGroup(first, commands).length === 0)
    return undefined;
  if (SHARED.has(first) && (rest.some((arg) => OPERATORS.test(arg)) || !isInProject(cwd))) return undefined;
  return { args, program: 'kontor' };
}
