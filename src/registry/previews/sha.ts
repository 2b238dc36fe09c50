import { Fault } from '../../kernel/index.ts';

const HEX = /^[0-9a-f]+$/;
/** As short as git makes them. */
const SHORTEST = 7;
/** SHA-1 and SHA-256, as git's two object formats have it. */
const LONGEST = 40;
const LONGEST_OF_ALL = 64;

/** The sha of a commit that is published, in lower case. Fault `bad_request`. */
export function checkSha(text: string): string {
  const sha = checkDigits(text);
  if (sha.length <= LONGEST || sha.length === LONGEST_OF_ALL) return sha;
  throw new Fault(
    'bad_request',
    `The sha of a commit has ${SHORTEST} to ${LONGEST} hexadecimal digits, or ${LONGEST_OF_ALL} where git uses SHA-256, and this one has ${sha.length}.`,
  );
}

/** The sha of a commit that somebody looks for, or its beginning, in lower case. Fault `bad_request`. */
export function checkShaPrefix(text: string): string {
  const sha = checkDigits(text);
  if (sha.length <= LONGEST_OF_ALL) return sha;
  throw new Fault('bad_request', `No commit has a sha of ${sha.length} hexadecimal digits.`);
}

function checkDigits(text: string): string {
  const sha = text.toLowerCase();
  if (!HEX.test(sha)) {
    throw new Fault(
      'bad_request',
      `${shown(text)} is no sha of a commit: it has ${SHORTEST} to ${LONGEST} hexadecimal digits.`,
    );
  }
  if (sha.length >= SHORTEST) return sha;
  throw new Fault(
    'bad_request',
    `The sha ${sha} is too short: write at least ${SHORTEST} of its hexadecimal digits.`,
  );
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 80));
}

/** Most commits that one sentence names. */
const MOST_NAMED = 3;
/** Commits to look for, so that it shows whether there are more than are named. */
export const MOST_CANDIDATES = MOST_NAMED + 1;

/**
 * The one commit that a beginning stands for, of those that whoever asks may know of, in order; undefined if there is none. Fault
 * `bad_request` if there are several: it has no other meaning, so it is the request that must say more. A commit that was published under
 * a short sha is one of several too: anybody can publish under the beginning of another's.
 */
export function onlyCommit(prefix: string, candidates: string[]): string | undefined {
  const [first] = candidates;
  // The whole sha comes first of all that begin with it.
  if (candidates.length <= 1 || (first === prefix && prefix.length >= LONGEST)) return first;
  const named = candidates.slice(0, MOST_NAMED).join(', ');
  const more = candidates.length > MOST_NAMED ? ' and others' : '';
  throw new Fault(
    'bad_request',
    `The sha ${prefix} is ambiguous: ${named}${more} begin so. Write more of its digits.`,
  );
}
