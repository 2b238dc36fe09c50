import type { User } from '../../../src/accounts/index.ts';
import type { RuleName } from './rules.ts';
import type { Caller, Visibility, World } from './world.ts';

/** What a request is about. */
export interface Target {
  world: World;
  caller: Caller;
  /** A package with the version 1.0.0, and how a path has its name. */
  name: string;
  encoded: string;
  /** Its file. */
  file: string;
  /** Somebody whom no other request is about. */
  somebody: User;
}

export interface Row {
  rule: RuleName;
  /** The path of a good request, below the registry for a door's route. */
  path: string | ((target: Target) => string | Promise<string>);
  body?: (target: Target) => unknown;
  headers?: (target: Target) => Record<string, string>;
  /** Statuses that answer a good request. Default: 2xx. */
  ok?: readonly number[];
  /** The request changes the package, so that each needs one of its own. */
  changes?: true;
  /** The request changes the user `somebody`. */
  changesUser?: true;
  /** The request ends the session of whoever sends it. */
  logsOut?: true;
  /** What the package may be; default: public, and for rules on packages everything. */
  visibilities?: readonly Visibility[];
}

/** Has the shape of a secret in a link, and opens nothing. */
export const SECRET = 'x'.repeat(43);

export const form = { 'content-type': 'application/x-www-form-urlencoded' };
