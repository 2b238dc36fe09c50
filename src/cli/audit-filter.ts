import { Fault, systemClock, timeFrom } from '../kernel/index.ts';
import type { AuditFilter } from '../ledger/index.ts';
import { parseLife } from './duration.ts';

/** Which events an audit command is about. */
export interface AuditFilterOptions {
  actor?: string;
  type?: string;
  registry?: string;
  package?: string;
  result?: 'done' | 'refused';
  since?: string;
  until?: string;
}

export function auditFilter({ since, until, ...filter }: AuditFilterOptions): AuditFilter {
  return {
    ...filter,
    ...(since !== undefined && { since: parseMoment(since) }),
    ...(until !== undefined && { until: parseMoment(until) }),
  };
}

/** A day, a moment in UTC, or a time ago such as `7d`. Fault `bad_request`. */
function parseMoment(text: string): number {
  const moment = timeFrom(text);
  if (moment !== undefined) return moment;
  if (/^\d+[mhdw]$/.test(text)) return systemClock() - parseLife(text);
  throw new Fault(
    'bad_request',
    `${text} is no time: write a day (2026-01-31), a moment in UTC (2026-01-31T12:00Z) or how long ago (12h, 7d).`,
  );
}
