import type { OrderedVersion } from './order.ts';

/** One end of a range of versions. */
export interface Bound {
  version: OrderedVersion;
  included: boolean;
  /** True where the text names a family (`1.2`), not a version: the family's pre-releases are of it too. */
  family: boolean;
}

export interface Predicate {
  low?: Bound;
  high?: Bound;
  /** The pre-release that it names. */
  preRelease?: OrderedVersion;
}

const NUMBER = '0|[1-9][0-9]*';
const IDENTIFIER = '(?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)';
/** Operator, major, minor, patch, pre-release; a star or x may stand for minor and patch. */
const PREDICATE = new RegExp(
  `^(=|>=?|<=?|\\^|~)?[ \\t]*(${NUMBER})` +
    `(?:\\.(${NUMBER}|[*xX])(?:\\.(${NUMBER}|[*xX])` +
    `(?:-(${IDENTIFIER}(?:\\.${IDENTIFIER})*))?(?<build>\\+[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?)?)?$`,
);

/** How much of a version is written: `1`, `1.2` or `1.2.3`. */
interface Written {
  version: OrderedVersion;
  parts: 1 | 2 | 3;
}

/**
 * Reads one predicate without blanks around it; undefined if it is none. What a version that is not whole means with an operator is as
 * in Cargo (doc.rust-lang.org/cargo, "Specifying Dependencies"); a whole version without operator is that version alone.
 */
export function readPredicate(text: string): Predicate | undefined {
  const match = PREDICATE.exec(text);
  if (match === null) return undefined;
  const [, operator = '', major, minor, patch, pre] = match;
  const starred = isStar(minor) || isStar(patch);
  // `1.*.3`: nothing can follow a star but a star. Of a family there are no pre-releases and no builds to name.
  if (isStar(minor) && patch !== undefined && !isStar(patch)) return undefined;
  if (starred && (pre !== undefined || match.groups?.build !== undefined)) return undefined;
  const numbers = [major, minor, patch].filter((part) => part !== undefined && !isStar(part)).map(Number);
  if (!numbers.every(Number.isSafeInteger)) return undefined;
  const written: Written = {
    version: {
      major: numbers[0] ?? 0,
      minor: numbers[1] ?? 0,
      patch: numbers[2] ?? 0,
      prerelease: pre?.split('.').map((part) => (/^[0-9]+$/.test(part) ? Number(part) : part)) ?? [],
    },
    parts: numbers.length === 3 ? 3 : numbers.length === 2 ? 2 : 1,
  };
  const ends = endsOf(operator === '' ? unwritten(written, starred) : operator, written);
  return pre === undefined ? ends : { ...ends, preRelease: written.version };
}

/** The operator of a version without one: decision 0023. */
function unwritten({ parts }: Written, starred: boolean): string {
  return parts === 3 || starred ? '=' : '^';
}

function endsOf(operator: string, written: Written): Predicate {
  const { version, parts } = written;
  const whole = parts === 3;
  const here: Bound = { version, included: true, family: !whole };
  const after = next(version, parts);
  switch (operator) {
    case '>':
      return { low: whole ? { ...here, included: false } : { version: after, included: true, family: true } };
    case '>=':
      return { low: here };
    case '<':
      return { high: whole ? { ...here, included: false } : before(version) };
    case '<=':
      return { high: whole ? here : before(after) };
    case '~':
      return { low: here, high: before(next(version, parts === 1 ? 1 : 2)) };
    case '^':
      return { low: here, high: before(next(version, caretPart(written))) };
    default:
      return { low: here, high: whole ? here : before(after) };
  }
}

/** Which part a caret keeps: the first that is not zero, of those that are written. */
function caretPart({ version, parts }: Written): 1 | 2 | 3 {
  if (version.major > 0 || parts === 1) return 1;
  return version.minor > 0 || parts === 2 ? 2 : 3;
}

/** The first release after the family that the first `parts` numbers name. */
function next({ major, minor, patch }: OrderedVersion, parts: 1 | 2 | 3): OrderedVersion {
  if (parts === 1) return { major: major + 1, minor: 0, patch: 0, prerelease: [] };
  if (parts === 2) return { major, minor: minor + 1, patch: 0, prerelease: [] };
  return { major, minor, patch: patch + 1, prerelease: [] };
}

/** The end of a family: the pre-releases of what comes next are not of it, and `-0` is the first of them. */
function before({ major, minor, patch }: OrderedVersion): Bound {
  return { version: { major, minor, patch, prerelease: [0] }, included: false, family: true };
}

function isStar(part: string | undefined): boolean {
  return part === '*' || part === 'x' || part === 'X';
}
