import { Fault } from '../../kernel/index.ts';

/** Characters of the secret in the URL of a web login. */
const LOGIN = /^[\w-]{43}$/;
/** A path of ours: `//` and `/\` would lead to another host. */
const OWN_PATH = /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]{0,500}$/;

/**
 * Where a person wants to get, from the query: `login`, what a client waits for, or `then`, a path of this server. Fault
 * `bad_request` for anything that could lead elsewhere.
 */
export function writeGoal({ login, then }: Record<string, unknown>): string {
  if (login !== undefined) {
    if (typeof login !== 'string' || !LOGIN.test(login)) throw wrong();
    return `/-/sso/clients/${login}`;
  }
  if (then === undefined) return '';
  if (typeof then !== 'string' || !OWN_PATH.test(then)) throw wrong();
  return then;
}

/** The path, or undefined if there was no wish. */
export function readGoal(goal: string): string | undefined {
  return goal === '' ? undefined : goal;
}

function wrong(): Fault {
  return new Fault('bad_request', 'This link to log in is damaged: start again where it was shown.');
}
