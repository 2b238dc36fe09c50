import { createHash, type Hash } from 'node:crypto';
import type { Digests } from '../../kernel/index.ts';

/** Strongest first: as W3C Subresource Integrity section 3.3.4 has it, only the strongest kind that is given counts. */
const ALGORITHMS = ['sha512', 'sha384', 'sha256', 'sha1'] as const;
type Algorithm = (typeof ALGORITHMS)[number];

const BYTES: Record<Algorithm, number> = { sha512: 64, sha384: 48, sha256: 32, sha1: 20 };

/** A digest that bytes must have: one of `digests`, each as base64. */
export interface Expectation {
  algorithm: Algorithm;
  digests: string[];
}

/**
 * What a document promises of a file, from its SRI text (W3C SRI section 3.5: hashes apart by space, options after `?`)
 * or else from its SHA-1 in hex; undefined if neither can be checked.
 */
export function expectationOf(integrity: string | null, shasum: string | null): Expectation | undefined {
  const hashes = (integrity ?? '')
    .split(/\s+/)
    .map((hash) => /^([a-z0-9]+)-([A-Za-z0-9+/]+=*)(\?.*)?$/.exec(hash));
  for (const algorithm of ALGORITHMS) {
    const digests = hashes
      .filter((hash) => hash?.[1] === algorithm)
      .map((hash) => Buffer.from(hash?.[2] ?? '', 'base64'))
      .filter((digest) => digest.length === BYTES[algorithm])
      .map((digest) => digest.toString('base64'));
    if (digests.length > 0) return { algorithm, digests };
  }
  if (shasum === null || !/^[0-9a-f]{40}$/i.test(shasum)) return undefined;
  return { algorithm: 'sha1', digests: [Buffer.from(shasum, 'hex').toString('base64')] };
}

/** Checks bytes on their way through; computes only what the blob store's own digests do not have. */
export class IntegrityCheck {
  readonly #expected: Expectation;
  readonly #hash: Hash | undefined;

  constructor(expected: Expectation) {
    this.#expected = expected;
    this.#hash = expected.algorithm === 'sha384' ? createHash('sha384') : undefined;
  }

  update(chunk: Uint8Array): void {
    this.#hash?.update(chunk);
  }

  /** Undefined if the bytes are the promised ones, else a clause that says what was expected and what came. */
  mismatch(digests: Digests): string | undefined {
    const { algorithm } = this.#expected;
    const got = this.#hash?.digest('base64') ?? known(digests, algorithm);
    if (this.#expected.digests.includes(got)) return undefined;
    const wanted = this.#expected.digests.map((digest) => `${algorithm}-${digest}`).join(' or ');
    return `expected ${wanted}, got ${algorithm}-${got}`;
  }
}

function known(digests: Digests, algorithm: Algorithm): string {
  if (algorithm === 'sha512') return digests.sha512;
  return Buffer.from(algorithm === 'sha256' ? digests.sha256 : digests.sha1, 'hex').toString('base64');
}
