import { Complaint } from './parse.ts';

/** What guides and sample files print in place of a secret of one's own. */
const SAMPLE =
  /change[-_ ]?(me|it|this)|your[-_ ]|super[-_ ]?secret|secret[-_ ]?key|[-_ ]here\b|in[-_ ]production/i;
const FEWEST_CHARACTERS = 10;

/** A secret of at least so many characters. */
export function longEnough(shortest: number): (raw: string) => string {
  return (raw) => {
    if (raw.length >= shortest) return raw;
    throw new Complaint(
      `is too short: write at least ${shortest} characters, such as those of \`openssl rand -hex 32\`.`,
    );
  };
}

/**
 * A secret that signs what lets people in: whoever has seen one token can try guesses for it at leisure (RFC 8725 section 3.5),
 * so it must be long and nobody's idea.
 */
export function parseSigningSecret(raw: string): string {
  const secret = longEnough(32)(raw);
  if (SAMPLE.test(secret) || new Set(secret).size < FEWEST_CHARACTERS) {
    throw new Complaint(
      'can be guessed: write one that nobody thought of, such as that of `openssl rand -hex 32`.',
    );
  }
  return secret;
}
