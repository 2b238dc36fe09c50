import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { durationFrom } from '../../kernel/index.ts';

/**
 * What is wrong with a value and how to mend it, as the rest of a sentence that begins with the setting's name:
 * "is not a port: write …". Never holds the value of a secret.
 */
export class Complaint extends Error {}

/** A TCP port; 0 lets the system choose. */
export function parsePort(raw: string): number {
  const port = Number(raw);
  if (/^\d{1,5}$/.test(raw) && port <= 65_535) return port;
  throw new Complaint(`is "${raw}", which is not a port: write a whole number from 0 to 65535.`);
}

/** A host name or address to listen on, without port. IPv6 may stand in brackets, which are removed. */
export function parseHost(raw: string): string {
  const host = raw.replace(/^\[(.*)\]$/, '$1');
  if (isIP(host) !== 0 || /^(?=.{1,253}$)[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/i.test(host)) return host;
  throw new Complaint(
    `is "${raw}", which is not an address: write one such as 127.0.0.1 or 0.0.0.0, without port.`,
  );
}

/** True if only this machine can reach a server that listens on `host`. */
export function isLoopback(host: string): boolean {
  return (
    host.toLowerCase() === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
  );
}

/** Node's timers wrap to one millisecond beyond this, so no interval may be longer. */
const longestTimer = 2 ** 31 - 1;

/** `500ms`, `300s`, `10m`, `24h`, `7d`: a duration in milliseconds. A unit is required. */
export function parseDuration(raw: string): number {
  const milliseconds = durationFrom(raw);
  if (milliseconds === undefined) {
    throw new Complaint(
      `is "${raw}", which is not a duration: write a number and a unit (ms, s, m, h, d), such as 10m.`,
    );
  }
  if (milliseconds > longestTimer) throw new Complaint(`is "${raw}", which is too long: write at most 24d.`);
  return milliseconds;
}

/** `100MB`, `1GB`, `1048576`: a size in bytes. A KB has 1024 bytes, as nginx and most Node libraries count. */
export function parseSize(raw: string): number {
  const [, amount = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*(?:([KMGT])i?)?B?$/i.exec(raw) ?? [];
  const bytes = Math.floor(Number(amount) * 1024 ** '_KMGT'.indexOf(unit === '' ? '_' : unit.toUpperCase()));
  if (bytes >= 1 && Number.isSafeInteger(bytes)) return bytes;
  throw new Complaint(
    `is "${raw}", which is not a size: write a number and a unit (KB, MB, GB), such as 100MB.`,
  );
}

/** An http(s) URL without user, query or fragment; the trailing slash is removed. */
export function parseHttpUrl(raw: string): string {
  const url = URL.canParse(raw) ? new URL(raw) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new Complaint('is not a web address: write one such as https://packages.example.com.');
  }
  if (url.username !== '' || url.password !== '' || /[?#]/.test(raw)) {
    throw new Complaint('holds a user name, a query or a fragment: write scheme, host and path only.');
  }
  return url.origin + url.pathname.replace(/\/+$/, '');
}

/** Exactly one of the words. */
export function parseWord<T extends string>(raw: string, words: readonly T[]): T {
  const word = words.find((one) => one === raw.toLowerCase());
  if (word !== undefined) return word;
  throw new Complaint(`is "${raw}", which it cannot be: write one of ${words.join(', ')}.`);
}

const yes: ReadonlySet<string> = new Set(['true', 'yes', 'on', '1']);
const no: ReadonlySet<string> = new Set(['false', 'no', 'off', '0']);

export function parseFlag(raw: string): boolean {
  const word = raw.toLowerCase();
  if (yes.has(word)) return true;
  if (no.has(word)) return false;
  throw new Complaint(`is "${raw}", which is neither: write true or false.`);
}

/**
 * The path of a `sqlite:` or `file:` setting, absolute. `scheme:path` and `scheme://path` are relative to `cwd`,
 * `scheme:///path` and `scheme:/path` absolute, as SQLx has it.
 */
export function parsePath(raw: string, scheme: string, cwd: string): string {
  const path = raw.slice(scheme.length).replace(/^\/\//, '');
  if (path === '' || path === ':memory:' || path.includes('\0') || /\?\w+=/.test(path)) {
    throw new Complaint(`names no file: write ${scheme}PATH, without options.`);
  }
  return resolve(cwd, path);
}

/**
 * True for what a sample file holds in place of a secret: `<generate-strong-password>`, or a `${VARIABLE}` that
 * nobody has expanded.
 */
export function isPlaceholder(raw: string): boolean {
  return /^<.*>$/.test(raw) || /^\$(\{\w+\}|\(\w+\))$/.test(raw);
}
