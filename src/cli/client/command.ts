import type { Context } from './context.ts';

/** An option of a command: with a `value`, which names what is to be given, it takes one; else it is there or not. */
export interface Option {
  value?: string;
  about: string;
  /** One letter. */
  short?: string;
  /** The only values that it takes. */
  choices?: readonly string[];
  /** The original's, or another spelling: taken, but not shown. */
  hidden?: boolean;
}

/** What the command line has of the options: text where one takes a value, true where it does not. */
export type Given<Options extends Record<string, Option>> = {
  [Name in keyof Options]?: Options[Name] extends { value: string } ? string : true;
};

/** What a command's module says of it: what it takes, and what it does. */
export interface Command {
  /** As the usage shows them: `[NAME[@REQ]...]`; '' if there are none. */
  arguments: string;
  /** How many arguments it takes. */
  count: { least: number; most: number };
  options: Readonly<Record<string, Option>>;
  /** Resolves to the exit code. */
  run(
    context: Context,
    args: readonly string[],
    given: Readonly<Record<string, string | true>>,
  ): Promise<number>;
}

interface Said<Options extends Record<string, Option>> {
  arguments?: string;
  options?: Options;
  run(context: Context, args: readonly string[], given: Given<Options>): number | Promise<number>;
}

/**
 * Makes a command. How many arguments it takes is read from how the usage shows them: `NAME` is needed, `[NAME]` is not, and `...` means
 * any number.
 */
export function command<const Options extends Record<string, Option> = Record<string, never>>({
  arguments: words = '',
  options,
  run,
}: Said<Options>): Command {
  const parts = words === '' ? [] : words.split(' ');
  return {
    arguments: words,
    count: {
      least: parts.filter((part) => !part.startsWith('[')).length,
      most: words.includes('...') ? Infinity : parts.length,
    },
    options: options ?? {},
    run: async (context, args, given) => run(context, args, given as Given<Options>),
  };
}

/** The command line makes no sense: exit code 2. The message is a sentence. */
export class Misuse extends Error {
  override readonly name = 'Misuse';
}
