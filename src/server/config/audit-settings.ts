import { Complaint, parseFlag } from './parse.ts';
import type { SettingTable } from './settings.ts';

const LONGEST = 36_500;

function parseDays(raw: string): number {
  const days = Number(raw);
  if (/^\d{1,5}$/.test(raw) && days >= 1 && days <= LONGEST) return days;
  throw new Complaint(`is "${raw}", which is no number of days: write a whole number from 1 to ${LONGEST}.`);
}

/** What is recorded, and for how long. In `kontor.yaml` they may also stand in a section `audit`: see `sections`. */
export const auditSettings: Pick<SettingTable, 'auditEnabled' | 'auditRetentionDays' | 'auditLogAllReads'> = {
  auditEnabled: {
    env: 'KONTOR_AUDIT_ENABLED',
    doc: 'Whether refusals are recorded, such as failed log-ins. Changes are always.',
    defaultDoc: '`true`',
    parse: parseFlag,
    initial: () => ({ raw: 'true' }),
  },
  auditRetentionDays: {
    env: 'KONTOR_AUDIT_RETENTION_DAYS',
    doc: 'How many days the record is kept, such as 90; what is older is removed for good, day by day.',
    defaultDoc: 'for ever',
    parse: parseDays,
  },
  auditLogAllReads: {
    env: 'KONTOR_AUDIT_LOG_ALL_READS',
    doc: 'Whether every download and every look at a package is recorded too: a row for each.',
    defaultDoc: '`false`',
    parse: parseFlag,
    initial: () => ({ raw: 'false' }),
  },
};
