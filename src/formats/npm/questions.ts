import type { AuditQuestion, UpstreamQuestion } from '../../registry/index.ts';
import { isObject, own } from './json.ts';
import { isReadableName } from './names.ts';

const HOUR = 3_600_000;

/** `POST /-/npm/v1/security/advisories/bulk`: protocols/npm 6. */
export const npmAudit: AuditQuestion = {
  path: '-/npm/v1/security/advisories/bulk',
  body: (wanted) => JSON.stringify(Object.fromEntries(wanted)),
  read(text) {
    const answer = parse(text);
    if (!isObject(answer)) return undefined;
    const found = new Map<string, string>();
    for (const [name, list] of Object.entries(answer)) {
      const entries = Array.isArray(list) ? list.flatMap(auditEntries) : [];
      if (entries.length > 0) found.set(name, JSON.stringify(entries));
    }
    return found;
  },
};

/** An advisory as clients of npm's audit know it. */
export interface AuditEntry {
  /** Clients need a number. */
  id: number;
  url: string;
  title: string;
  severity: string;
  vulnerable_versions: string;
  cwe: string[];
  cvss: { score: number; vectorString: string | null };
}

/** One entry, or none of something that clients would stumble over. */
function auditEntries(value: unknown): AuditEntry[] {
  if (!isObject(value)) return [];
  const { id, url, title, severity, vulnerable_versions, cwe, cvss } = value;
  if (!Number.isSafeInteger(id) || typeof vulnerable_versions !== 'string') return [];
  const score = isObject(cvss) ? own(cvss, 'score') : undefined;
  const vector = isObject(cvss) ? own(cvss, 'vectorString') : undefined;
  return [
    {
      id: id as number,
      url: typeof url === 'string' ? url : '',
      title: typeof title === 'string' ? title : '',
      severity: typeof severity === 'string' ? severity : 'moderate',
      vulnerable_versions,
      cwe: Array.isArray(cwe) ? cwe.filter((text): text is string => typeof text === 'string') : [],
      cvss: {
        score: typeof score === 'number' ? score : 0,
        vectorString: typeof vector === 'string' ? vector : null,
      },
    },
  ];
}

/** `GET /-/npm/v1/keys`: protocols/npm 7.1. What is kept is the list of keys. */
export const npmKeys: UpstreamQuestion = {
  key: 'keys',
  path: '-/npm/v1/keys',
  freshness: HOUR,
  missingFreshness: HOUR,
  read(text) {
    const answer = parse(text);
    const keys = isObject(answer) ? own(answer, 'keys') : undefined;
    return Array.isArray(keys) ? JSON.stringify(keys.filter(isKey)) : undefined;
  },
};

/** A key that an upstream signs with. */
export interface UpstreamKey {
  expires: string | null;
  keyid: string;
  keytype: string;
  scheme: string;
  /** Base64 of the SubjectPublicKeyInfo in DER. */
  key: string;
}

function isKey(value: unknown): value is UpstreamKey {
  if (!isObject(value)) return false;
  const { expires, keyid, keytype, scheme, key } = value;
  return (
    (expires === null || expires === undefined || typeof expires === 'string') &&
    [keyid, keytype, scheme, key].every((text) => typeof text === 'string' && text !== '')
  );
}

/** `GET /-/npm/v1/attestations/<name>@<version>`: protocols/npm 7.2. They come with the version, and do not change. */
export function npmAttestations(name: string, version: string): UpstreamQuestion {
  return {
    key: `attestations/${name}@${version}`,
    path: `-/npm/v1/attestations/${encodeURIComponent(`${name}@${version}`).replaceAll('%40', '@')}`,
    freshness: 24 * HOUR,
    missingFreshness: HOUR,
    read(text) {
      const answer = parse(text);
      const list = isObject(answer) ? own(answer, 'attestations') : undefined;
      return Array.isArray(list) ? JSON.stringify({ attestations: list as unknown[] }) : undefined;
    },
  };
}

/** A package that an upstream's search has found. */
export interface FoundPackage {
  name: string;
  version: string;
  /** When this version was published, milliseconds, or null. */
  time: number | null;
  description?: string;
  keywords?: string[];
  author?: string;
}

const MINUTE = 60_000;
/** Of one search. */
const MOST_FOUND = 50;
const LONGEST_TEXT = 2000;

/** `GET /-/v1/search`: protocols/npm 5. What is kept is a list of `FoundPackage`. */
export function npmSearch(query: string): UpstreamQuestion {
  return {
    key: `search/${query}`,
    path: '-/v1/search',
    query: `text=${encodeURIComponent(query)}&size=${MOST_FOUND}`,
    freshness: 5 * MINUTE,
    missingFreshness: 60 * MINUTE,
    read(text) {
      const answer = parse(text);
      const objects = isObject(answer) ? own(answer, 'objects') : undefined;
      if (!Array.isArray(objects)) return undefined;
      return JSON.stringify(objects.slice(0, MOST_FOUND).flatMap(foundPackage));
    },
  };
}

/** One entry, or none of something that is no package. */
function foundPackage(value: unknown): FoundPackage[] {
  const found = isObject(value) ? own(value, 'package') : undefined;
  if (!isObject(found)) return [];
  const { name, version, date, description, keywords, author } = found;
  if (typeof name !== 'string' || typeof version !== 'string' || !isReadableName(name)) return [];
  const time = typeof date === 'string' ? Date.parse(date) : Number.NaN;
  const person = isObject(author) ? own(author, 'name') : undefined;
  return [
    {
      name,
      version: version.slice(0, LONGEST_TEXT),
      time: Number.isNaN(time) ? null : time,
      ...(typeof description === 'string' && { description: description.slice(0, LONGEST_TEXT) }),
      ...(Array.isArray(keywords) && {
        keywords: keywords.filter((word): word is string => typeof word === 'string').slice(0, MOST_FOUND),
      }),
      ...(typeof person === 'string' && { author: person.slice(0, LONGEST_TEXT) }),
    },
  ];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
