import { randomInt } from 'node:crypto';
import { sha256Hex } from '../../kernel/index.ts';

const COUNT = 10;
const GROUPS = 6;
const SHAPE = /^\d{24}$/;

/**
 * Ten fresh codes of 24 digits, 79 bits each, in groups of four. Digits, because npm takes nothing else at its prompt for a
 * one-time password.
 */
export function newRecoveryCodes(): string[] {
  return Array.from({ length: COUNT }, () =>
    Array.from({ length: GROUPS }, () => String(randomInt(10_000)).padStart(4, '0')).join(' '),
  );
}

/** The digits of what was typed as a recovery code; undefined for anything else. */
export function readRecoveryCode(typed: string): string | undefined {
  const digits = typed.replaceAll(/[ -]/g, '');
  return SHAPE.test(digits) ? digits : undefined;
}

/** What is stored instead of a code: it is random enough to need no slow hash. Two users' codes never share one. */
export function hashRecoveryCode(userId: number, code: string): string {
  return sha256Hex(`recovery:${userId}:${readRecoveryCode(code) ?? ''}`);
}
