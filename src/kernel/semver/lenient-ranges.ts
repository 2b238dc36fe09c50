import { LRUCache } from 'lru-cache';
import semver from 'semver';

/**
 * What a range may be made of, in characters: reading one must not hold everybody else up. Ranges of known vulnerabilities have
 * twenty parts; lists of malicious versions have hundreds, one by one.
 */
const LONGEST = 200_000;
/** Of all parts that are no version: each takes a tenth of a millisecond to read. */
const LONGEST_REST = 3000;
/** Of one such part: semver's time for it grows with the square. */
const LONGEST_PART = 200;
/** Characters of all ranges that are kept ready. */
const MOST_KEPT = 1_000_000;

interface ReadRange {
  /** Versions that stand in it one by one. */
  exact: ReadonlySet<string>;
  /** Null if that is all. */
  rest: semver.Range | null;
}

const NOTHING: ReadRange = { exact: new Set(), rest: null };
const VERSION = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/;

const known = new LRUCache<string, ReadRange>({
  maxSize: MOST_KEPT,
  sizeCalculation: (_, text) => text.length + 1,
});

/**
 * Is the version in the range? As `semver.satisfies`, prereleases included; a range is read once, and a long list of versions costs no
 * more than a short one. False for a version or a range that is none, or one that is too large (`isReadableRange`).
 */
export function inLenientRange(version: string, range: string): boolean {
  const { exact, rest } = readKnown(range);
  if (rest === null && exact.size === 0) return false;
  const parsed = semver.parse(version);
  return parsed !== null && (exact.has(parsed.version) || (rest?.test(parsed) ?? false));
}

/** False for a text that is no range, or is too large to judge versions by. */
export function isReadableRange(text: string): boolean {
  return readKnown(text) !== NOTHING;
}

function readKnown(text: string): ReadRange {
  const before = known.get(text);
  if (before !== undefined) return before;
  const range = text.length > LONGEST ? NOTHING : read(text);
  // What is too large is not kept, for it would be all that is.
  if (text.length <= LONGEST) known.set(text, range);
  return range;
}

function read(text: string): ReadRange {
  const exact = new Set<string>();
  const others: string[] = [];
  let length = 0;
  for (const part of text.split('||').map((piece) => piece.trim())) {
    if (VERSION.test(part)) exact.add(part);
    else {
      length += part.length + 1;
      if (part.length > LONGEST_PART || length > LONGEST_REST) return NOTHING;
      others.push(part);
    }
  }
  if (others.length === 0) return { exact, rest: null };
  try {
    return { exact, rest: new semver.Range(others.join(' || '), { includePrerelease: true }) };
  } catch {
    return NOTHING;
  }
}
