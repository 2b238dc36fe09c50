import { sql } from 'kysely';
import type { AnswersPruning, StoredAnswer } from '../../../upstream/index.ts';
import type { Session } from '../capabilities.ts';

/** At most some hundred; in one order, so that two replicas do not wait for each other. */
export async function putUpstreamAnswers({ db }: Session, answers: StoredAnswer[]): Promise<void> {
  await db
    .insertInto('upstream_answers')
    .values(
      answers
        .toSorted((one, other) => (one.key < other.key ? -1 : 1))
        .map(({ registryId, upstream, key, body, checkedAt }) => ({
          registry_id: registryId,
          upstream,
          key,
          body,
          size: body?.length ?? 0,
          checked_at: checkedAt,
        })),
    )
    .onConflict((conflict) =>
      conflict.columns(['registry_id', 'upstream', 'key']).doUpdateSet((eb) => ({
        body: eb.ref('excluded.body'),
        size: eb.ref('excluded.size'),
        checked_at: eb.ref('excluded.checked_at'),
      })),
    )
    .execute();
}

export async function pruneUpstreamAnswers(
  { db }: Session,
  { before, mostBytes }: AnswersPruning,
): Promise<void> {
  await db.deleteFrom('upstream_answers').where('checked_at', '<', before).execute();
  // Each row counts for a little more than its text.
  await sql`delete from upstream_answers where checked_at <= (
    select max(checked_at) from (
      select checked_at, sum(size + 200) over (order by checked_at desc) as total from upstream_answers) as sums
    where total > ${mostBytes})`.execute(db);
}
