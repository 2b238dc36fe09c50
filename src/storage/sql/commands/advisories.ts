import type { NewEvent } from '../../../ledger/index.ts';
import type { Advisory, AdvisoryStore, AffectedPackage } from '../../../registry/index.ts';
import { lockRows, type Session } from '../capabilities.ts';
import { recordEvent } from './record.ts';
import { raisePolicy } from './registries.ts';

type Input<Method extends keyof AdvisoryStore> = Parameters<AdvisoryStore[Method]>[0];

/** Rows of one statement: databases take some ten thousand values at most. */
const ROWS = 1000;

export async function putAdvisories(session: Session, { source, advisories }: Input<'put'>): Promise<number> {
  const { db } = session;
  const news = await newer(session, source, advisories);
  if (news.length === 0) return 0;
  const dropped = await drop(
    session,
    source,
    news.map(({ id }) => id),
  );
  const rows = await db
    .insertInto('advisories')
    .values(news.map((advisory) => rowOf(source, advisory)))
    // Another import was faster; it brings the packages too.
    .onConflict((conflict) => conflict.doNothing())
    .returning(['id', 'osv_id'])
    .execute();
  const ids = new Map(rows.map((row) => [row.osv_id, row.id]));
  const packages = news.flatMap(({ id, affected }) => {
    const advisory = ids.get(id);
    return advisory === undefined ? [] : affected.map((one) => packageRow(advisory, one));
  });
  for (let at = 0; at < packages.length; at += ROWS) {
    await db
      .insertInto('advisory_packages')
      .values(packages.slice(at, at + ROWS))
      .execute();
  }
  const brings = news.some(({ id, malicious }) => malicious && ids.has(id));
  // An attack is kept out from this batch on, not only once the whole dump was read.
  if (brings || dropped.some(isAttack)) await raisePolicy(session, null);
  return rows.length;
}

export async function removeAdvisories(
  session: Session,
  { source, ids, event }: Input<'remove'>,
): Promise<number> {
  const removed = await drop(session, source, ids);
  if (removed.length === 0) return 0;
  if (event !== null) await announceAdvisories(session, event);
  else if (removed.some(isAttack)) await raisePolicy(session, null);
  return removed.length;
}

export async function announceAdvisories(session: Session, event: NewEvent): Promise<void> {
  await raisePolicy(session, null);
  await recordEvent(session, event);
}

async function newer({ db }: Session, source: string, advisories: Advisory[]): Promise<Advisory[]> {
  const rows = await db
    .selectFrom('advisories')
    .select(['osv_id', 'modified_at'])
    .where('source', '=', source)
    .where(
      'osv_id',
      'in',
      advisories.map(({ id }) => id),
    )
    .execute();
  const stored = new Map(rows.map((row) => [row.osv_id, row.modified_at]));
  return advisories.filter(({ id, modifiedAt }) => modifiedAt > (stored.get(id) ?? Number.NEGATIVE_INFINITY));
}

async function drop(
  session: Session,
  source: string | null,
  ids: string[],
): Promise<{ malicious: number }[]> {
  const { db } = session;
  // Both tables by the same rows: another import may commit some between two statements.
  const gone = await lockRows(
    session,
    db
      .selectFrom('advisories')
      .select(['id', 'malicious'])
      .where('osv_id', 'in', ids)
      .$if(source !== null, (query) => query.where('source', '=', source ?? ''))
      .orderBy('id'),
  ).execute();
  const rows = gone.map(({ id }) => id);
  if (rows.length === 0) return [];
  await db.deleteFrom('advisory_packages').where('advisory_id', 'in', rows).execute();
  await db.deleteFrom('advisories').where('id', 'in', rows).execute();
  return gone;
}

function isAttack({ malicious }: { malicious: number }): boolean {
  return malicious === 1;
}

function rowOf(source: string, advisory: Advisory) {
  const { id, malicious, modifiedAt, aliases, summary, severity, url, cwes, cvss, publishedAt } = advisory;
  return {
    source,
    osv_id: id,
    malicious: malicious ? 1 : 0,
    modified_at: modifiedAt,
    body: JSON.stringify({ aliases, summary, severity, url, cwes, cvss, publishedAt }),
  };
}

function packageRow(advisoryId: number, { format, name, range }: AffectedPackage) {
  return { advisory_id: advisoryId, format, name, range };
}
