import type { Contacts } from '../../accounts/index.ts';
import type { Clock } from '../../kernel/index.ts';
import type { Deliveries, Delivery, EventStore } from '../../ledger/index.ts';
import { noticeLetter } from './letters/notice.ts';
import type { Notice } from './notice.ts';
import { LetterRefused, type Post } from './post.ts';
import { noticesOf } from './whom.ts';

const READER = 'mail';
const BATCH = 200;
const AT_ONCE = 10;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Nobody is told of what is older: mail that was set up today does not tell of last year. */
const NEWS = 24 * HOUR;
/** A notice that could not be sent for so long is given up. */
const PATIENCE = 3 * 24 * HOUR;
/** A replica that has claimed a notice and is silent for so long has died. */
const CLAIM = 10 * MINUTE;
const FIRST_WAIT = 15_000;
const LONGEST_WAIT = HOUR;

export interface NoticeOptions {
  events: Pick<EventStore, 'sealed'>;
  deliveries: Deliveries;
  contacts: Contacts;
  post: Post;
  /** Names this store in the ids of mails. */
  storeId: string;
  clock: Clock;
  warn(message: string): void;
}

/** Looks at the events that were sealed since the last time, and notes who is to be told of them. */
export async function noteNotices({ events, deliveries, contacts, clock }: NoticeOptions): Promise<void> {
  for (;;) {
    const from = await deliveries.position(READER);
    const sealed = await events.sealed(from ?? 0, BATCH);
    const last = sealed.at(-1);
    if (last === undefined) return;
    const at = clock();
    const notices: Notice[] = [];
    for (const event of sealed) {
      if (event.at > at - NEWS) notices.push(...(await noticesOf(event, contacts)));
    }
    const mine = await deliveries.note({ reader: READER, from, to: last.seq, bodies: notices, at });
    if (!mine || sealed.length < BATCH) return;
  }
}

/**
 * Sends the notices that are due. A mail server that cannot be reached ends the round: what is left is due again later, at
 * growing distances. A replica that dies between sending and saying so lets one be sent twice, under the same Message-ID.
 */
export async function sendNotices(options: NoticeOptions): Promise<void> {
  const { deliveries, clock } = options;
  for (;;) {
    const now = clock();
    const due = await deliveries.claim({ reader: READER, now, until: now + CLAIM, limit: AT_ONCE });
    let reached = true;
    for (const delivery of due) {
      // What was claimed and not tried is due soon again.
      if (reached) reached = await sendOne(delivery, options);
      else await deliveries.postpone({ id: delivery.id, dueAt: clock() + FIRST_WAIT });
    }
    if (!reached || due.length < AT_ONCE) return;
  }
}

/** False if the mail server could not be reached or takes nothing just now. */
async function sendOne(delivery: Delivery, options: NoticeOptions): Promise<boolean> {
  const { deliveries, post, storeId, clock, warn } = options;
  const { id, tries, createdAt } = delivery;
  const notice = delivery.body as unknown as Notice;
  const letter = noticeLetter(notice);
  if (letter === undefined) {
    await deliveries.finish(id);
    return true;
  }
  try {
    await post.send(letter, `notice-${id}.${storeId}`);
    await deliveries.finish(id);
    return true;
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    const refused = error instanceof LetterRefused;
    if ((refused && error.forGood) || clock() - createdAt > PATIENCE) {
      warn(`the notice of ${notice.type} to ${notice.to.name} is given up: ${said}`);
      await deliveries.finish(id);
      return refused;
    }
    // Once, not at every try: the log of an outage must not grow with it.
    if (tries === 0) warn(`the notice of ${notice.type} to ${notice.to.name} has to wait: ${said}`);
    const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** Math.min(tries, 20));
    await deliveries.postpone({ id, dueAt: clock() + wait });
    return refused;
  }
}
