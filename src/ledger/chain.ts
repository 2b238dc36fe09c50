import { sha256Hex } from '../kernel/light/index.ts';
import { FROM_BEFORE, type NewEvent } from './events.ts';

/** The hash before the first event. */
export const CHAIN_START = '0'.repeat(64);

/**
 * Hash of an event at its place in the chain: SHA-256 over the previous hash, the sequence number and the event's
 * fields as one JSON array. `detail` goes in as the text that is stored, so that no second serialisation can differ.
 */
export function chainHash(previous: string, seq: number, event: NewEvent, detailText: string): string {
  const { actor, type, at, result = 'done' } = event;
  const place = [event.registry, event.package, event.version];
  // What was sealed before actors were kept has no more than their id. The 2 tells the forms apart: there the type stands.
  const fields =
    actor.via === FROM_BEFORE
      ? [type, at, actor.userId, ...place]
      : [2, type, at, result, actor.userId, actor.name, actor.via, actor.address, ...place];
  return sha256Hex(JSON.stringify([previous, seq, ...fields, detailText]));
}
