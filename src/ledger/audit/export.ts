import { isoTime } from '../../kernel/light/index.ts';
import type { SealedEvent } from '../events.ts';
import type { AuditFilter, AuditStore } from './store.ts';

const PAGE = 500;

/** All events that the filter asks for, oldest first, page by page: there may be millions. */
export async function* exportEvents(
  audit: Pick<AuditStore, 'find'>,
  filter: AuditFilter,
): AsyncGenerator<SealedEvent> {
  for (let after: number | null = null; ;) {
    const page = await audit.find({ filter, order: 'oldest', after, limit: PAGE });
    yield* page;
    const last = page.at(-1);
    if (!last || page.length < PAGE) return;
    after = last.seq;
  }
}

/** An event as people and their tools get it. */
export interface AuditEntry {
  seq: number;
  at: string;
  type: string;
  result: 'done' | 'refused';
  actor: { name: string | null; userId: number | null; via: string; address: string | null };
  registry: string | null;
  package: string | null;
  version: string | null;
  detail: Record<string, unknown>;
  hash: string;
}

export function auditEntry({
  seq,
  at,
  type,
  result = 'done',
  actor,
  hash,
  detail,
  ...event
}: SealedEvent): AuditEntry {
  const { name, userId, via, address } = actor;
  const { registry, package: packageName, version } = event;
  return {
    seq,
    at: isoTime(at),
    type,
    result,
    actor: { name, userId, via, address },
    registry,
    package: packageName,
    version,
    detail,
    hash,
  };
}
