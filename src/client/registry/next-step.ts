import { asWord } from './base.ts';

/** A request of a command that the registry refused. */
export interface RefusedCommand {
  /** `yank`, `owner add` */
  command: string;
  httpStatus: number;
  /** What the registry said. */
  said: string;
  base: string;
  /** How the user calls the client: `vaisc pkg`. */
  program: string;
  /** The package that it is about. */
  name?: string | undefined;
}

/** What may help, where the registry says what is wrong and no more; '' if nothing is known that would. */
export function nextStep({ command, httpStatus, said, base, program, name }: RefusedCommand): string {
  if (command === 'publish' && httpStatus === 409 && /version/i.test(said)) {
    return 'What is published never changes: raise the version in vais.toml';
  }
  if (httpStatus !== 404) return '';
  const line = (words: string) => `\`${program} ${words} --registry ${asWord(base)}\``;
  const word = name !== undefined && /^[\w-]+$/.test(name) ? name : undefined;
  if (/^user /i.test(said)) {
    return command === 'owner add' || word === undefined
      ? 'Check the name: an owner needs an account at this registry'
      : `${line(`owner list ${word}`)} shows who owns it`;
  }
  if (word === undefined) return `Check that ${base} is the registry that is meant`;
  return /^version /i.test(said)
    ? `${line(`info ${word}`)} shows which there are`
    : `Check the name, and that ${base} is the registry that is meant: ${line(`search ${word}`)}`;
}

/** What a token that is refused wants. @param from what gave it, if no log-in did: another log-in would change nothing. */
export function nextToken(
  from: '--token' | 'KONTOR_TOKEN' | undefined,
  { base, program }: { base: string; program: string },
): string {
  const logIn = `\`${program} login --registry ${asWord(base)}\``;
  if (from === '--token')
    return `It is the one after --token: give another, or log in and leave it out: ${logIn}`;
  if (from === 'KONTOR_TOKEN') {
    return `It is the one in KONTOR_TOKEN, which goes before every log-in: set another, or unset it and log in: ${logIn}`;
  }
  return `Log in again: ${logIn}`;
}
