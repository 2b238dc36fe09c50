import { hash } from 'node:crypto';
import { specsFor } from './spec.ts';

/** Keeps versions of a name out, whoever published them. */
export interface Block {
  /** By which people name it. */
  id: string;
  /** In the format's grammar; null: every version. */
  range: string | null;
  /** A sentence or a few words of whoever set it, without line ends. */
  reason: string;
  /** Id of the advisory behind it, or null. */
  advisory: string | null;
  /** Milliseconds since the epoch. */
  since: number;
}

/** Holds versions of a name back that an upstream has published only just now. */
export interface Cooldown {
  hours: number;
  exemptions: Exemption[];
}

/** Versions of a name that a cooldown does not touch. */
export interface Exemption {
  /** As somebody wrote it. */
  text: string;
  /** In the format's grammar; null: every version. */
  range: string | null;
}

/** What the gate says on one name: plain data, which can go to a worker. */
export interface GateRules {
  /** Rules with the same key hide the same for the same reasons; empty if they hide nothing. */
  key: string;
  /** Null if there is none. */
  cooldown: Cooldown | null;
  blocks: Block[];
}

/** Hides nothing. */
export const openRules: GateRules = { key: '', cooldown: null, blocks: [] };

/**
 * The rules for a name.
 *
 * @param cooldown of its registry: hours (0: none), and what it does not touch, as `readSpec` reads it. Null for a name whose
 *   versions come from no upstream.
 * @param blocks those on the name
 */
export function gateRules(
  name: string,
  cooldown: { hours: number; exempt: string[] } | null,
  blocks: Block[],
): GateRules {
  const holdsBack = cooldown !== null && cooldown.hours > 0;
  if (!holdsBack && blocks.length === 0) return openRules;
  const exemptions = holdsBack
    ? specsFor(cooldown.exempt, name).map(({ text, range }) => ({ text, range }))
    : [];
  const said = { cooldown: holdsBack ? { hours: cooldown.hours, exemptions } : null, blocks };
  const isExempt = exemptions.some(({ range }) => range === null);
  const hidesNothing = blocks.length === 0 && (!holdsBack || isExempt);
  return { key: hidesNothing ? '' : hash('sha256', JSON.stringify(said)).slice(0, 32), ...said };
}

/** The block on every version of the name, if there is one: nothing need be known of them. */
export function wholeBlock({ blocks }: GateRules): Block | undefined {
  return blocks.find(({ range }) => range === null);
}
