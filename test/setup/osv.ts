export interface OsvOptions {
  introduced?: string;
  fixed?: string;
  modified?: string;
  severity?: string;
  aliases?: string[];
}

/** A record of the OSV schema about one npm package: all its versions, or those between two. */
export function osvRecord(
  id: string,
  name: string,
  { introduced = '0', fixed, modified = '2026-01-01T00:00:00Z', severity, aliases = [] }: OsvOptions,
) {
  return {
    schema_version: '1.7.0',
    id,
    aliases,
    modified,
    published: '2025-12-31T00:00:00Z',
    summary: `Something is wrong with ${name}`,
    details: 'At length.',
    affected: [
      {
        package: { ecosystem: 'npm', name, purl: `pkg:npm/${encodeURIComponent(name)}` },
        ranges: [{ type: 'SEMVER', events: [{ introduced }, ...(fixed === undefined ? [] : [{ fixed }])] }],
      },
    ],
    database_specific: { cwe_ids: ['CWE-79'], ...(severity !== undefined && { severity }) },
  };
}
