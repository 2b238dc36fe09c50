import { Fault, isoTime } from '../kernel/index.ts';
import { auditEntry, exportEvents, type SealedEvent } from '../ledger/index.ts';
import { auditFilter, type AuditFilterOptions } from './audit-filter.ts';
import { withKontor, type Context } from './context.ts';
import { json, table } from './table.ts';

export interface AuditListOptions extends AuditFilterOptions {
  limit: string;
  before?: string;
  json?: boolean;
}

/** The newest events first. */
export function auditList(context: Context, options: AuditListOptions): Promise<number> {
  const { limit, before, json: asJson, ...filter } = options;
  const query = {
    filter: auditFilter(filter),
    order: 'newest' as const,
    after: before === undefined ? null : wholeNumber(before, '--before'),
    limit: wholeNumber(limit, '--limit'),
  };
  return withKontor(context, async ({ store }) => {
    const events = await store.audit.find(query);
    const rows = [['SEQ', 'TIME', 'RESULT', 'TYPE', 'WHO', 'VIA', 'FROM', 'WHAT'], ...events.map(row)];
    context.io.out(asJson ? json(events.map(auditEntry)) : table(rows));
    return 0;
  });
}

/** All events as JSON lines, oldest first. */
export function auditExport(context: Context, options: AuditFilterOptions): Promise<number> {
  const filter = auditFilter(options);
  return withKontor(context, async ({ store }) => {
    for await (const event of exportEvents(store.audit, filter)) {
      context.io.out(`${JSON.stringify(auditEntry(event))}\n`);
    }
    return 0;
  });
}

function row({ seq, at, result = 'done', type, actor, registry, version, ...event }: SealedEvent): string[] {
  const named = event.package === null ? registry : `${registry ?? '?'}/${event.package}`;
  const what = version === null ? (named ?? '-') : `${named ?? '-'}@${version}`;
  return [String(seq), isoTime(at), result, type, actor.name ?? '-', actor.via, actor.address ?? '-', what];
}

function wholeNumber(text: string, option: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new Fault('bad_request', `${option} takes a whole number from 1, not ${text}.`);
}
