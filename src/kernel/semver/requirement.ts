import parse from 'semver/functions/parse.js';
import { Fault } from '../errors.ts';
import { comparePrecedence, sameNumbers, type OrderedVersion } from './order.ts';
import { readPredicate, type Bound, type Predicate } from './predicate.ts';

/** In characters. Two full versions with operators take thirty. */
const LONGEST = 512;
const MOST_PREDICATES = 32;

const GRAMMAR =
  'write versions such as 1.2.3, 1.2 or 1.*, with =, >, >=, <, <=, ^ or ~ before them if need be and commas between them';

/** Which versions of a package another can do with, as Vais manifests say it. Rules: docs/vais-constraints.md. */
export interface Requirement {
  /** As written. */
  readonly text: string;
  /** False for a text that is no version. A pre-release matches only if a predicate names one of the same major.minor.patch. */
  matches(version: string): boolean;
  /** Is it between the bounds, pre-releases counted as versions like any other? So do policies judge. */
  covers(version: string): boolean;
  /** May this pre-release match if it is between the bounds? True for a release. */
  admits(version: OrderedVersion): boolean;
  /** Which of versions in ascending order are between the bounds: from the one index up to, and without, the other. */
  span(ascending: readonly OrderedVersion[]): { from: number; to: number };
}

/**
 * Reads `"" | "*" | predicate *("," predicate)`; a predicate is a version after `=`, `>`, `>=`, `<`, `<=`, `^`, `~` or nothing, blanks
 * around any part. Build metadata says nothing. Fault `bad_request`, which says what of the text was wrong.
 */
export function parseRequirement(text: string): Requirement {
  if (text.length > LONGEST)
    throw wrong(text, `it has ${text.length} characters, at most ${LONGEST} are read`);
  const trimmed = text.replaceAll(/^[ \t]+|[ \t]+$/g, '');
  const parts = trimmed === '' || trimmed === '*' ? [] : trimmed.split(/[ \t]*,[ \t]*/);
  if (parts.length > MOST_PREDICATES) {
    throw wrong(text, `it has ${parts.length} parts, at most ${MOST_PREDICATES} are read`);
  }
  const predicates = parts.map((part) => {
    const predicate = readPredicate(part);
    if (predicate === undefined) throw wrong(text, reasonFor(part, parts.length));
    return predicate;
  });
  return requirementOf(text, predicates);
}

function requirementOf(text: string, predicates: readonly Predicate[]): Requirement {
  // All must hold, so the ends that leave the least are those that count.
  const lows = predicates.flatMap(({ low }) => low ?? []);
  const highs = predicates.flatMap(({ high }) => high ?? []);
  const named = predicates.flatMap(({ preRelease }) => preRelease ?? []);
  const above = (version: OrderedVersion) => lows.every((low) => isAbove(version, low));
  const below = (version: OrderedVersion) => highs.every((high) => isBelow(version, high));
  const admits = (version: OrderedVersion) =>
    version.prerelease.length === 0 || named.some((one) => sameNumbers(one, version));
  return {
    text,
    admits,
    matches: (version) => {
      const parsed = parse(version);
      return parsed !== null && above(parsed) && below(parsed) && admits(parsed);
    },
    covers: (version) => {
      const parsed = parse(version);
      return (
        parsed !== null &&
        below(parsed) &&
        lows.every((low) => isAbove(parsed, low) || (low.family && sameNumbers(parsed, low.version)))
      );
    },
    span: (ascending) => {
      const from = firstWhere(ascending, above);
      return {
        from,
        to: Math.max(
          from,
          firstWhere(ascending, (version) => !below(version)),
        ),
      };
    },
  };
}

function isAbove(version: OrderedVersion, { version: low, included }: Bound): boolean {
  const order = comparePrecedence(version, low);
  return order > 0 || (included && order === 0);
}

function isBelow(version: OrderedVersion, { version: high, included }: Bound): boolean {
  const order = comparePrecedence(version, high);
  return order < 0 || (included && order === 0);
}

/** Index of the first version for which it is true, given that it is then true of all that follow. */
function firstWhere(
  ascending: readonly OrderedVersion[],
  holds: (version: OrderedVersion) => boolean,
): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const version = ascending[middle];
    if (version !== undefined && holds(version)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function reasonFor(part: string, parts: number): string {
  if (part === '') return 'there is nothing between two commas, or after the last';
  const shown = JSON.stringify(part.slice(0, 60));
  if (part.includes('||')) return `${shown} gives alternatives, which there are not here`;
  if (/[0-9*xX][ \t]+-[ \t]+[0-9]/.test(part))
    return `${shown} is a range with a hyphen; write >=1.0.0, <=2.0.0`;
  if (/[0-9A-Za-z*][ \t]+[=<>^~0-9v]/.test(part)) return `${shown} needs a comma where it has a blank`;
  if (/^[=<>^~ \t]*v[0-9]/i.test(part)) return `${shown} has a v before its version`;
  if (/^[=<>^~ \t]*[*xX]/.test(part)) {
    return parts > 1
      ? `${shown} stands for all versions and must stand alone`
      : `${shown} has a star for its major number; write *`;
  }
  if (/^[=<>^~ \t]*[0-9]+(?:\.[0-9*xX]+){3,}/.test(part)) return `${shown} has more than three numbers`;
  if (/(?:^|[^0-9A-Za-z])0[0-9]/.test(part)) return `${shown} has a number that begins with 0`;
  return `${shown} is no version`;
}

function wrong(text: string, reason: string): Fault {
  const shown = JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
  return new Fault(
    'bad_request',
    `The version requirement ${shown} cannot be read: ${reason}. Please ${GRAMMAR}.`,
  );
}
