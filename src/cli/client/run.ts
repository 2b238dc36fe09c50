import { nearest, printableJson } from '../../kernel/light/index.ts';
import { silent, type Progress } from '../../client/progress/index.ts';
import { Interrupted } from '../interrupted.ts';
import type { Io } from '../io.ts';
import { version } from '../version.ts';
import { Misuse } from './command.ts';
import { commands as ours, findCommand, inGroup, knownElsewhere, type Commands } from './commands.ts';
import type { Context } from './context.ts';
import { helpOf, helpOfAll, helpOfGroup } from './help.ts';
import { errorDocument, failure } from './failure.ts';
import { isColoured, painter, safeText } from './paint.ts';
import { checkCount, parse, type Parsed } from './parse.ts';
import { plainProgress, terminalProgress } from './reporter.ts';

export interface ClientOptions {
  io: Io;
  /** How the user calls it: before a command in hints and the usage. */
  program: 'vaisc pkg' | 'kontor' | 'kontor pkg';
  commands?: Commands;
  /** What Ctrl-C aborts. */
  interrupt?: () => AbortSignal;
}

/** Exit codes: 0 done, 1 refused or found wanting, 2 the command line makes no sense, 130 interrupted, 143 ended by SIGTERM. */
export async function runClient(args: readonly string[], options: ClientOptions): Promise<number> {
  let json = args.includes('--json');
  let asked: string | undefined;
  let context: (Context & { interruption(): Interrupted | undefined }) | undefined;
  try {
    const { io, program, commands = ours } = options;
    const [first] = args;
    if (first === 'help') return await runClient([...args.slice(1), '--help'], options);
    if (first === undefined || first.startsWith('-')) return overview(args, options, commands);
    const found = findCommand(args, commands);
    if (found === undefined) return noSuchCommand(args, options, commands);
    const { name, entry, rest } = found;
    asked = name;
    const command = await entry.load();
    const parsed = parse(rest, command);
    if (parsed.common.help) {
      io.out(helpOf(program, name, entry.about, command));
      return 0;
    }
    json = parsed.common.json ?? false;
    checkCount(name, command, parsed.args);
    context = contextFor(parsed, options);
    return await command.run(context, parsed.args, parsed.given);
  } catch (error) {
    const interruption = error instanceof Interrupted ? error : context?.interruption();
    if (interruption !== undefined) {
      if (json) options.io.out(errorDocument('interrupted', interruption.message));
      return interruption.exitCode;
    }
    return failure(error, { ...options, command: asked, json });
  }
}

function overview(args: readonly string[], { io, program }: ClientOptions, commands: Commands): number {
  if (args[0] === '--version' || args[0] === '-V') {
    io.out(`${program.replace(/ .*/, '')} ${version()}\n`);
    return 0;
  }
  const { args: words, common } = parse(args);
  if (!common.help && words.length > 0) {
    const options = args.filter((word) => word.startsWith('-'));
    throw new Misuse(`options go behind the command: ${[program, ...words, ...options].join(' ')}`);
  }
  if (!common.help && args.length > 0) throw new Misuse('no command is given');
  (common.help ? io.out : io.err)(helpOfAll(program, commands));
  return common.help ? 0 : 2;
}

function noSuchCommand(args: readonly string[], options: ClientOptions, commands: Commands): number {
  const [first = '', second] = args;
  const group = inGroup(first, commands);
  if (group.length > 0) {
    const asked = args.includes('--help') || args.includes('-h');
    if (second !== undefined && !second.startsWith('-')) {
      throw new Misuse(`unknown command '${first} ${second}'; there are ${group.join(', ')}`);
    }
    if (!asked && args.includes('--json')) {
      throw new Misuse(`'${first}' is a group of commands: ${group.join(', ')}`);
    }
    (asked ? options.io.out : options.io.err)(helpOfGroup(options.program, first, commands));
    return asked ? 0 : 2;
  }
  const instead = Object.hasOwn(knownElsewhere, first) ? knownElsewhere[first] : undefined;
  if (instead !== undefined) throw new Misuse(`there is no command '${first}' here; ${instead}`);
  const near = nearest(first, Object.keys(commands));
  throw new Misuse(`unknown command '${first}'${near === undefined ? '' : `; did you mean ${near}?`}`);
}

function contextFor(
  { common }: Parsed,
  { io, program, interrupt }: ClientOptions,
): Context & { interruption(): Interrupted | undefined } {
  const json = common.json ?? false;
  const quiet = common.quiet ?? false;
  const coloured = isColoured(io.env, io.terminal.out, common['no-color'] ? 'never' : common.color);
  // Registries, manifests and archives of others say what is printed: here is the one way out.
  const out = (line: string) => io.out(`${safeText(line, coloured)}\n`);
  const err = (line: string) => io.err(`${safeText(line, false)}\n`);
  let signal: AbortSignal | undefined;
  return {
    io,
    env: io.env,
    cwd: io.cwd,
    program,
    paint: painter(coloured),
    json,
    print: (line = '') => void (json || out(line)),
    say: (line) => void (json || quiet || out(line)),
    document: (value) => void (json && io.out(`${printableJson(value)}\n`)),
    note: (line) => void (quiet || err(line)),
    warn: (line) => err(`warning: ${line}`),
    progress: json || quiet ? silent : progressFor(io),
    get signal() {
      signal ??= interrupt?.() ?? new AbortController().signal;
      return signal;
    },
    interruption() {
      if (!signal?.aborted) return undefined;
      return signal.reason instanceof Interrupted ? signal.reason : new Interrupted();
    },
  };
}

const now = () => performance.now();

function progressFor(io: Io): Progress {
  const write = (text: string) => io.err(text);
  const drawn = io.terminal.err && !io.env['CI'] && io.env['TERM'] !== 'dumb';
  return drawn ? terminalProgress(write, now, () => process.stderr.columns || 80) : plainProgress(write, now);
}
