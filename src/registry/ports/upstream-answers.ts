import type { UpstreamScope } from './upstream.ts';

/** Something small that upstreams of one format tell, besides documents and files. */
export interface UpstreamQuestion {
  /** What it is, among all questions to one upstream. */
  key: string;
  /** Below the upstream's base URL, percent-encoded, without a leading slash. */
  path: string;
  /** Query of the URL, percent-encoded, without a question mark. */
  query?: string;
  /** For how long an answer is given without asking again, milliseconds. */
  freshness: number;
  /** For how long "not found" is, milliseconds. */
  missingFreshness: number;
  /** What is to be kept of an answer; undefined if it is nonsense. */
  read(text: string): string | undefined;
}

/** The versions of each package of an install. */
export type InstalledVersions = ReadonlyMap<string, readonly string[]>;

/** How upstreams of one format are asked what is wrong with versions. */
export interface AuditQuestion {
  /** Below the upstream's base URL; asked with POST and JSON. */
  path: string;
  body(wanted: InstalledVersions): string;
  /** What is wrong, by name, as texts of JSON lists; undefined if it is nonsense. */
  read(text: string): Map<string, string> | undefined;
}

/**
 * Questions to upstreams whose answers are kept for a while: fresh, nobody is asked; stale, the upstream is asked again, and what is
 * kept goes out when it cannot be. The caller asks only about names that an upstream may hear of.
 */
export interface UpstreamAnswers {
  /**
   * What the upstream that has a name says; undefined if there is none, or it has no such thing. Faults `upstream_down`,
   * `upstream_failed` if it could not be asked and nothing is kept.
   */
  about(scope: UpstreamScope, name: string, question: UpstreamQuestion): Promise<string | undefined>;
  /** Reads here what `about` reads here, and asks nobody: for names that must take what a free one takes. */
  glance(scope: UpstreamScope, name: string, question: UpstreamQuestion): Promise<void>;
  /** What each upstream of the registry says; those that cannot be asked, and of which nothing is kept, are left out. */
  each(scope: UpstreamScope, question: UpstreamQuestion): Promise<string[]>;
  /** What is known to be wrong, by name, as texts of JSON lists: as much as can be told now. Never a Fault. */
  audit(
    scope: UpstreamScope,
    question: AuditQuestion,
    wanted: InstalledVersions,
  ): Promise<Map<string, string>>;
}
