import { Complaint } from './parse.ts';
import type { SettingTable } from './settings.ts';

export interface PreviewValues {
  /** 0: for ever. */
  previewDays: number;
}

const LONGEST = 36_500;

function parseDays(raw: string): number {
  const days = Number(raw);
  if (/^\d{1,5}$/.test(raw) && days <= LONGEST) return days;
  throw new Complaint(
    `is "${raw}", which is no number of days: write a whole number from 1 to ${LONGEST}, or 0 for ever.`,
  );
}

/** Packages as commits made them. */
export const previewSettings: Pick<SettingTable, keyof PreviewValues> = {
  previewDays: {
    env: 'KONTOR_PREVIEW_DAYS',
    doc: 'How many days a preview of a commit is kept after it was published; 0 keeps them for ever.',
    defaultDoc: '`90`',
    parse: parseDays,
    initial: () => ({ raw: '90' }),
  },
};
