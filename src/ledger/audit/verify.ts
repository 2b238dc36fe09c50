import { CHAIN_START, chainHash } from '../chain.ts';
import type { EventStore, SealedEvent } from '../events.ts';
import type { AuditStore, ChainHead } from './store.ts';

export interface ChainReport {
  /** Sealed events checked. */
  events: number;
  /** Events that retention has dropped. */
  dropped: number;
  /** Events that still wait for their place in the chain. */
  unsealed: number;
  /** The end of the chain. Noted elsewhere, it shows later that nobody has rewritten what was before it. */
  head: ChainHead;
  /** Sentences that name what is wrong and where; empty: the chain is whole. */
  problems: string[];
}

const PAGE = 500;
/** A rewritten table must not fill the memory with sentences. */
const MOST_PROBLEMS = 1000;

/**
 * Recomputes the chain of events. Each event is judged by the one before it as stored, so that one change is one problem.
 * Changes nothing and may run beside servers. `known` is a head that was noted earlier.
 */
export async function verifyChain(
  events: Pick<EventStore, 'sealed' | 'unsealed'>,
  audit: Pick<AuditStore, 'head' | 'segments'>,
  known?: ChainHead,
): Promise<ChainReport> {
  const problems: string[] = [];
  const problem = (sentence: string) => {
    if (problems.length < MOST_PROBLEMS) problems.push(sentence);
  };
  const before = await audit.head();
  const start = await startOfChain(audit, problem);
  let checked = 0;
  let previous: ChainHead = start;
  for (;;) {
    const page = await events.sealed(previous.seq, PAGE);
    for (const event of page) {
      checked += 1;
      if (event.seq !== previous.seq + 1) {
        // Retention may have dropped a stretch while we read.
        const segments = await audit.segments();
        const skipped = segments.find(({ lastSeq }) => lastSeq === event.seq - 1);
        if (skipped) previous = { seq: skipped.lastSeq, hash: skipped.hash };
      }
      const fault = faultOf(event, previous);
      if (fault !== undefined) problem(fault);
      for (const noted of known === undefined ? [before] : [before, known]) {
        if (noted.seq === event.seq && noted.hash !== event.hash) {
          problem(`Event ${event.seq} has another hash than was noted: the chain up to it was rewritten.`);
        }
      }
      previous = event;
    }
    if (page.length < PAGE) break;
  }
  const head = await audit.head();
  if (previous.seq < before.seq) {
    problem(`${named(previous.seq + 1, before.seq)} at the end of the chain cannot be found.`);
  }
  if (previous.seq > head.seq) {
    problem(`${named(head.seq + 1, previous.seq)} stand beyond the end of the chain: nobody sealed them.`);
  }
  if (known !== undefined && known.seq > head.seq) {
    problem(`The chain ends at ${head.seq}, before the event ${known.seq} that was noted.`);
  }
  return { events: checked, dropped: start.seq, unsealed: await events.unsealed(), head, problems };
}

/** Where the events that are still here begin. */
async function startOfChain(
  audit: Pick<AuditStore, 'segments'>,
  problem: (sentence: string) => void,
): Promise<ChainHead> {
  let start: ChainHead = { seq: 0, hash: CHAIN_START };
  for (const { firstSeq, lastSeq, hash } of await audit.segments()) {
    if (firstSeq !== start.seq + 1) {
      problem(`The segment that ends with event ${lastSeq} does not follow the one before it.`);
    }
    start = { seq: lastSeq, hash };
  }
  return start;
}

function faultOf(event: SealedEvent, previous: ChainHead): string | undefined {
  const expected = previous.seq + 1;
  if (event.seq !== expected) {
    return `${named(expected, event.seq - 1)} of the chain cannot be found before event ${event.seq}.`;
  }
  if (chainHash(previous.hash, event.seq, event, JSON.stringify(event.detail)) === event.hash)
    return undefined;
  return `Event ${event.seq} (${event.type}) does not match its hash: it, its place or its predecessor was changed.`;
}

function named(first: number, last: number): string {
  return first === last ? `Event ${first}` : `Events ${first} to ${last}`;
}
