import { sha256Hex } from '../kernel/index.ts';
import type { NewEvent } from './events.ts';

/** The hash before the first event. */
export const CHAIN_START = '0'.repeat(64);

/**
 * Hash of an event at its place in the chain: SHA-256 over the previous hash, the sequence number and the event's
 * fields as one JSON array. `detail` goes in as the text that is stored, so that no second serialisation can differ.
 */
export function chainHash(previous: string, seq: number, event: NewEvent, detailText: string): string {
  return sha256Hex(
    JSON.stringify([
      previous,
      seq,
      event.type,
      event.at,
      event.actorId,
      event.registry,
      event.package,
      event.version,
      detailText,
    ]),
  );
}
