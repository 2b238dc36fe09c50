import { randomBytes, randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { sha256Hex } from '../../kernel/light/index.ts';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** Begins the tokens of users. */
const USER_PREFIX = 'ktr_';
/** Begins those of trusted publishers, which are no users. */
export const MACHINE_PREFIX = 'ktm_';
const RANDOM_LENGTH = 30;
const CHECKSUM_LENGTH = 6;
const SHAPE = new RegExp(`^[0-9A-Za-z]{${RANDOM_LENGTH + CHECKSUM_LENGTH}}$`);
/** Protocols/vais 2. */
const VAIS_PREFIX = 'vais_';
const VAIS_BYTES = 32;
const VAIS_SHAPE = new RegExp(`^${VAIS_PREFIX}[0-9a-f]{${2 * VAIS_BYTES}}$`);
/** What lists show of the secret. */
const SHOWN_LENGTH = 6;

/** What a user's token looks like: ours, or as the clients of a door know them. Each is good at every door. */
export type TokenShape = 'kontor' | 'vais';

/**
 * A fresh secret: the prefix, 30 random base62 characters (178 bits), and the CRC-32 of these 30 in six. Prefix and checksum
 * let secret scanners find a leaked token without false alarms.
 */
export function newToken(prefix = USER_PREFIX): string {
  let random = '';
  for (let i = 0; i < RANDOM_LENGTH; i++) random += ALPHABET.charAt(randomInt(ALPHABET.length));
  return prefix + random + checksum(random);
}

/** A fresh secret for a user, in the shape that the door's clients know. */
export function newUserToken(shape: TokenShape): string {
  return shape === 'vais' ? VAIS_PREFIX + randomBytes(VAIS_BYTES).toString('hex') : newToken();
}

/** True if it has the shape of a user's token: garbage then costs no query. Says nothing about whether it was ever issued. */
export function looksLikeToken(text: string): boolean {
  return isChecked(text, USER_PREFIX) || VAIS_SHAPE.test(text);
}

/** The same of a trusted publisher's. */
export function looksLikeMachineToken(text: string): boolean {
  return isChecked(text, MACHINE_PREFIX);
}

function isChecked(text: string, prefix: string): boolean {
  const secret = text.slice(prefix.length);
  if (!text.startsWith(prefix) || !SHAPE.test(secret)) return false;
  return checksum(secret.slice(0, RANDOM_LENGTH)) === secret.slice(RANDOM_LENGTH);
}

/** True for what can be no other credentials than a token of ours, of a user or a trusted publisher. */
export function isToken(text: string): boolean {
  return looksLikeToken(text) || looksLikeMachineToken(text);
}

/** What is stored instead of the token: SHA-256 hex. A token is random enough to need no slow hash. */
export function hashToken(token: string): string {
  return sha256Hex(token);
}

/** The first characters, by which a person tells tokens apart in lists; 36 bits of the secret at most. */
export function tokenPrefix(token: string): string {
  return token.slice(0, token.indexOf('_') + 1 + SHOWN_LENGTH);
}

/** CRC-32 in base62, most significant digit first; 62^6 exceeds 2^32. */
function checksum(text: string): string {
  let rest = crc32(text);
  let digits = '';
  for (let i = 0; i < CHECKSUM_LENGTH; i++) {
    digits = ALPHABET.charAt(rest % 62) + digits;
    rest = Math.floor(rest / 62);
  }
  return digits;
}
