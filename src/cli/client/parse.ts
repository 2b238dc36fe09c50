import { parseArgs } from 'node:util';
import { Misuse, type Command, type Given, type Option } from './command.ts';

/** Options that every command has. */
export const common = {
  json: { about: 'one JSON document, for scripts; errors too, as {"error": {"code", "message"}}' },
  quiet: { short: 'q', about: 'only results, warnings and errors' },
  color: { value: 'WHEN', choices: ['auto', 'always', 'never'], about: 'colours: auto, always or never' },
  'no-color': { hidden: true, about: 'as --color never' },
  help: { short: 'h', about: 'this text' },
} as const satisfies Record<string, Option>;

export interface Parsed {
  args: string[];
  given: Record<string, string | true>;
  common: Given<typeof common>;
}

/** Reads the arguments of a command. Throws Misuse. Without a command only the common options are known. */
export function parse(args: readonly string[], command?: Pick<Command, 'options'>): Parsed {
  const known: Readonly<Record<string, Option>> = { ...command?.options, ...common };
  const { tokens } = parseArgs({
    args: [...args],
    strict: false,
    tokens: true,
    options: Object.fromEntries(
      Object.entries(known).map(([name, { value, short }]) => [
        name,
        { type: value === undefined ? ('boolean' as const) : 'string', ...(short && { short }) },
      ]),
    ),
  });
  const found: Record<string, string | true> = {};
  const words: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value);
    if (token.kind !== 'option') continue;
    const option = Object.hasOwn(known, token.name) ? known[token.name] : undefined;
    if (option === undefined) throw new Misuse(`unknown option '${token.rawName}'`);
    found[token.name] = valueOf(token.rawName, option, token.value);
  }
  const mine = Object.entries(found).filter(([name]) => !Object.hasOwn(common, name));
  return { args: words, given: Object.fromEntries(mine), common: found };
}

function valueOf(name: string, { value, choices }: Option, text: string | undefined): string | true {
  if (value === undefined) {
    if (text === undefined) return true;
    throw new Misuse(`option '${name}' takes no value`);
  }
  if (text === undefined) throw new Misuse(`option '${name} ${value}' needs a value`);
  if (choices && !choices.includes(text)) {
    throw new Misuse(`option '${name}' is one of ${choices.join(', ')}, not '${text}'`);
  }
  return text;
}

/** Throws Misuse unless so many arguments are what the command takes. */
export function checkCount(name: string, command: Command, args: readonly string[]): void {
  const { least, most } = command.count;
  if (args.length < least) {
    const missing = command.arguments.split(' ')[args.length] ?? '';
    throw new Misuse(`'${name}' needs ${missing}`);
  }
  if (args.length > most) throw new Misuse(`'${name}' does not take '${args[most] ?? ''}'`);
}
