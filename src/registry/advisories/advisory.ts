export type Severity = 'low' | 'moderate' | 'high' | 'critical';

/** What somebody has found to be wrong with versions of packages, as we keep it. */
export interface Advisory {
  /** In the database that it comes from, such as `GHSA-jf85-cpcp-j695`, `CVE-2019-10744` or `MAL-2025-27824`. */
  id: string;
  /** The other names of the same finding. */
  aliases: string[];
  /** One line. */
  summary: string;
  severity: Severity;
  /** True if the package is an attack, not a mistake. */
  malicious: boolean;
  /** A page about it. */
  url: string;
  /** `CWE-…` */
  cwes: string[];
  cvss: Cvss | null;
  publishedAt: number | null;
  /** When its database last changed it, milliseconds: of two records the later one holds. */
  modifiedAt: number;
  affected: AffectedPackage[];
}

export interface Cvss {
  /** Base score, 0 to 10. */
  score: number;
  /** As the advisory has it, such as `CVSS:3.1/AV:N/…`. */
  vector: string;
}

export interface AffectedPackage {
  format: string;
  name: string;
  /** In the format's own words for ranges of versions. */
  range: string;
}

/** An advisory that was imported, and from what. */
export interface StoredAdvisory extends Advisory {
  /** What the operator calls the database that it came with. */
  source: string;
}
