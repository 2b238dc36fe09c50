import { Fault } from '../../kernel/index.ts';
import { isVersion } from './request.ts';
import { PantryFault } from '../flat-errors.ts';

/** What a publish says of its tarball. */
export interface PublishMetadata {
  name: string;
  version: string;
  /** What it says besides, for package.json files that do not. */
  description: Readonly<Record<string, unknown>>;
}

const LONGEST_NAME = 214;
const LONGEST_VERSION = 64;
const LONGEST_DESCRIPTION = 2000;
const MOST_KEYWORDS = 50;
const LONGEST_KEYWORD = 50;
const LONGEST_HOMEPAGE = 512;

const NAME = /^(@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*$/i;
const RESERVED: ReadonlySet<string> = new Set([
  '__proto__',
  'constructor',
  'prototype',
  'node_modules',
  'favicon.ico',
]);

/** Checks the metadata of a publish in the order, and with the words, of protocols/pantry 2. Fault `bad_request`. */
export function readPublishMetadata(metadata: unknown): PublishMetadata {
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) {
    throw new Fault('bad_request', 'The metadata is no JSON object: send one with the name and version.');
  }
  const fields = Object.fromEntries(Object.entries(metadata)) as Record<string, unknown>;
  const name = readName(fields['name']);
  const version = readVersion(fields['version']);
  const { description, keywords, homepage, repository, license, author } = fields;
  check(description, 'Description', LONGEST_DESCRIPTION);
  checkKeywords(keywords);
  check(homepage, 'Homepage', LONGEST_HOMEPAGE);
  const given = { description, keywords, homepage, repository, license, author };
  const known = Object.entries(given).filter(([, value]) => value !== undefined && value !== null);
  return { name, version, description: Object.fromEntries(known) };
}

function readName(name: unknown): string {
  if (typeof name !== 'string' || name === '') throw no('Package name is required');
  if (name.length > LONGEST_NAME) throw no(`Package name exceeds ${LONGEST_NAME} characters`);
  // Before the pattern, which some of them do not fit either.
  if (RESERVED.has(name.toLowerCase())) throw no('Package name is reserved');
  if (!NAME.test(name)) throw no('Package name contains invalid characters');
  return name;
}

function readVersion(version: unknown): string {
  if (typeof version !== 'string' || version === '') throw no('Version is required');
  if (version.length > LONGEST_VERSION) throw no(`Version exceeds ${LONGEST_VERSION} characters`);
  if (!isVersion(version)) throw no('Version contains invalid characters');
  return version;
}

function check(text: unknown, what: string, longest: number): void {
  if (text === undefined || text === null) return;
  if (typeof text !== 'string') throw no(`${what} must be a string`);
  if (text.length > longest) throw no(`${what} exceeds ${longest} characters`);
}

function checkKeywords(keywords: unknown): void {
  if (keywords === undefined || keywords === null) return;
  if (!Array.isArray(keywords)) throw no('Keywords must be an array');
  if (keywords.length > MOST_KEYWORDS) throw no(`Keywords exceed ${MOST_KEYWORDS}`);
  for (const keyword of keywords as unknown[]) check(keyword, 'Keyword', LONGEST_KEYWORD);
  if (keywords.includes(null)) throw no('Keyword must be a string');
}

function no(message: string): Fault {
  return new PantryFault('bad_request', message);
}
