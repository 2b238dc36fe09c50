import { Fault, isoTime } from '../../kernel/light/index.ts';
import type { Finding } from './judge.ts';
import type { Block } from './rules.ts';

/** What is refused: a version, or the whole package because no version of it is left (then `version` is the best of them). */
export interface Refused {
  name: string;
  version: string;
  whole: boolean;
  finding: Finding;
}

/** Fault `version_hidden`: which rule, why, until when, and who can change it. */
export function hiddenFault({ name, version, whole, finding }: Refused): Fault {
  const what = whole
    ? `All versions of ${name} are hidden here, and the newest, ${version},`
    : `${name}@${version}`;
  return new Fault('version_hidden', `${what} ${findingText(finding)}`);
}

/** Fault `version_hidden` for a name of which nothing is let in. */
export function blockedFault(name: string, block: Block): Fault {
  return new Fault('version_hidden', `${name} ${describeBlock(block)}`);
}

/** What can be said of a version with the finding: `is held back …`. */
export function findingText(finding: Finding): string {
  if (finding.rule === 'block') return describeBlock(finding.block);
  const { hours, published, until } = finding;
  const span = hours === 1 ? '1 hour' : `${hours} hours`;
  const help = 'take an older version, or ask an administrator to exempt it.';
  if (published === null || until === null) {
    return `is held back by the cooldown of this registry (${span}), for its upstream does not say when it was published: ${help}`;
  }
  return (
    `is held back by the cooldown of this registry until ${isoTime(until)}, ${span} after it was published ` +
    `(${isoTime(published)}): ${help}`
  );
}

function describeBlock({ id, reason, advisory }: Block): string {
  const source = advisory === null || advisory === id ? `block ${id}` : `block ${id}, ${advisory}`;
  return `is blocked here (${source}): ${reason.replace(/[.\s]+$/, '')}. Ask an administrator if you need it.`;
}
