import { Fault, timeFrom, isObject } from '../../kernel/index.ts';
import type { Advisory, AffectedPackage, Cvss, Severity } from './advisory.ts';
import { cvss3Score } from './cvss.ts';
import type { AdvisoryFormat, OsvEvent, OsvVersions } from './format.ts';

/** What a record of the OSV schema says; `withdrawn`: that it was a mistake. */
export type OsvRecord =
  | { kind: 'advisory'; advisory: Advisory }
  | { kind: 'withdrawn'; id: string; modifiedAt: number }
  /** Nothing about packages of our formats. */
  | { kind: 'foreign'; id: string };

type Json = Record<string, unknown>;

const LONGEST_SUMMARY = 300;
const MOST_AFFECTED = 2000;

/**
 * Reads a record (ossf.github.io/osv-schema 1.x). What it says of packages of other ecosystems is left out, and so is all that we
 * show to nobody. Fault `advisory_invalid`.
 */
export function readOsv(json: unknown, formats: readonly AdvisoryFormat[]): OsvRecord {
  if (!isObject(json)) throw invalid('it is no JSON object');
  const { id } = json;
  if (!isId(id)) throw invalid('it has no id');
  const modifiedAt = momentOf(json['modified']);
  if (modifiedAt === null) throw invalid('it does not say when it was modified');
  if (json['withdrawn'] !== undefined && json['withdrawn'] !== null) {
    return { kind: 'withdrawn', id, modifiedAt };
  }
  const affected = affectedOf(json, formats);
  if (affected.length === 0) return { kind: 'foreign', id };
  const specific = objectOr(json['database_specific']);
  const malicious = isMalicious(id, specific);
  const cvss = cvssOf(json['severity']);
  const details = texts(json['details'] === undefined ? [] : [json['details']])[0] ?? '';
  return {
    kind: 'advisory',
    advisory: {
      id,
      aliases: listOf(json['aliases']).filter(isId).slice(0, 50),
      summary: line(json['summary']) || line(details) || id,
      severity: malicious ? 'critical' : (severityOf(specific['severity']) ?? severityFrom(cvss)),
      malicious,
      url: id.startsWith('GHSA-')
        ? `https://github.com/advisories/${id}`
        : `https://osv.dev/vulnerability/${encodeURIComponent(id)}`,
      cwes: texts(specific['cwe_ids']).filter((cwe) => /^CWE-\d{1,6}$/.test(cwe)),
      cvss,
      publishedAt: momentOf(json['published']),
      modifiedAt,
      affected,
    },
  };
}

/** The malicious-packages database of the OpenSSF names its records `MAL-…`; others say so in a field. */
function isMalicious(id: string, specific: Json): boolean {
  return (
    id.startsWith('MAL-') ||
    specific['malicious'] === true ||
    Array.isArray(specific['malicious-packages-origins'])
  );
}

function affectedOf(json: Json, formats: readonly AdvisoryFormat[]): AffectedPackage[] {
  const list = listOf(json['affected']);
  if (list.length > MOST_AFFECTED) throw invalid(`it is about more than ${MOST_AFFECTED} packages`);
  const ranges = new Map<string, AffectedPackage>();
  for (const entry of list) {
    if (!isObject(entry)) throw invalid('what it affects is no list of objects');
    const { ecosystem, name } = objectOr(entry['package']);
    const format = formats.find((each) => each.ecosystem === ecosystem);
    if (format === undefined || typeof name !== 'string') continue;
    if (!format.isName(name)) throw invalid(`${JSON.stringify(name.slice(0, 100))} is no package's name`);
    const range = format.range(versionsOf(entry));
    if (range === null) continue;
    const key = `${format.format} ${name}`;
    const before = ranges.get(key);
    if (before !== undefined && before.range !== range) before.range += ` || ${range}`;
    else if (before === undefined) ranges.set(key, { format: format.format, name, range });
  }
  for (const { format, name, range } of ranges.values()) {
    if (formats.find((each) => each.format === format)?.isRange(range)) continue;
    throw invalid(`the versions of ${name} that it is about are too many ranges to judge by`);
  }
  return [...ranges.values()];
}

function versionsOf(entry: Json): OsvVersions {
  const known = objectOr(entry['database_specific'])['last_known_affected_version_range'];
  return {
    ranges: listOf(entry['ranges'])
      .map(objectOr)
      // Commits of a repository say nothing of published versions.
      .filter(({ type }) => type === 'SEMVER' || type === 'ECOSYSTEM')
      .map(({ events }) => listOf(events).flatMap(eventsOf)),
    versions: texts(entry['versions']),
    lastKnown: typeof known === 'string' ? known : null,
  };
}

function eventsOf(event: unknown): OsvEvent[] {
  const object = objectOr(event);
  return (['introduced', 'fixed', 'last_affected', 'limit'] as const).flatMap((kind) => {
    const version = object[kind];
    return typeof version === 'string' ? [{ kind, version }] : [];
  });
}

function cvssOf(severity: unknown): Cvss | null {
  for (const { score } of listOf(severity).map(objectOr)) {
    const base = typeof score === 'string' && score.length < 200 ? cvss3Score(score) : undefined;
    if (base !== undefined) return { score: base, vector: score as string };
  }
  return null;
}

function severityOf(word: unknown): Severity | undefined {
  if (typeof word !== 'string') return undefined;
  const lower = word.toLowerCase();
  if (lower === 'medium') return 'moderate';
  return (['low', 'moderate', 'high', 'critical'] as const).find((known) => known === lower);
}

/** Ratings of the CVSS v3.1 specification, section 5. */
function severityFrom(cvss: Cvss | null): Severity {
  if (cvss === null) return 'moderate';
  if (cvss.score >= 9) return 'critical';
  if (cvss.score >= 7) return 'high';
  return cvss.score >= 4 ? 'moderate' : 'low';
}

function momentOf(value: unknown): number | null {
  if (typeof value !== 'string') return null;
  // RFC 3339 with up to nanoseconds.
  return timeFrom(value.replace(/(\.\d{3})\d+Z$/, '$1Z')) ?? null;
}

/** One line without what a terminal would act on. */
function line(value: unknown): string {
  if (typeof value !== 'string') return '';
  const plain = value.slice(0, 10 * LONGEST_SUMMARY).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ');
  return plain.trim().replace(/\s+/g, ' ').slice(0, LONGEST_SUMMARY);
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z0-9][A-Za-z0-9._:+-]{0,99}$/.test(value);
}

function texts(value: unknown): string[] {
  return listOf(value).filter((item) => typeof item === 'string');
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}

function objectOr(value: unknown): Json {
  return isObject(value) ? value : {};
}

function invalid(reason: string): Fault {
  return new Fault('advisory_invalid', `This is no advisory that can be used: ${reason}.`);
}
