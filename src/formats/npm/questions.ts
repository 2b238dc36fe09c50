import type { AuditQuestion, UpstreamQuestion } from '../../registry/index.ts';
import { isObject, own } from './json.ts';

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

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
