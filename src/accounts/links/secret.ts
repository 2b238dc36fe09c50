import { randomBytes } from 'node:crypto';
import { sha256Hex } from '../../kernel/index.ts';
import type { LinkPurpose } from './store.ts';

const SHAPE = /^[\w-]{43}$/;

/** 256 bits in base64url. */
export function newLinkSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** What is stored of a secret; undefined for what cannot be one, so that garbage costs no query. */
export function linkHash(secret: string): string | undefined {
  return SHAPE.test(secret) ? sha256Hex(secret) : undefined;
}

const PAGES: Readonly<Record<LinkPurpose, string>> = {
  invitation: 'register',
  reset: 'reset',
  verification: 'verify',
};

/** Where people open a link: a path below the server's own URL. */
export function linkPath(purpose: LinkPurpose, secret: string): string {
  return `/-/account/${PAGES[purpose]}/${secret}`;
}
