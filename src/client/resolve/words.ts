import { printable } from '../../kernel/light/index.ts';
import type { KnownPackage } from './known-package.ts';
import type { Cause, Rule, Term } from './rule.ts';
import type { Wanted } from './types.ts';
import { has, isSame, members, minus, type VersionSet } from './version-set.ts';

/** In a list of packages. */
const MOST_NAMED = 5;

type Fact = Exclude<Cause, { kind: 'derived' | 'root' }>;

/** A rule that the packages themselves bring, as a clause: `http-client 2.1.0 wants json-parser ^2.0.0`. */
export function factInWords(
  { kind, of, versions, wanted, requirement, by, ...rest }: Fact,
  root: KnownPackage,
): string {
  const who = of === root ? (by ?? root.name) : versionsInWords(of, versions);
  const clause = `${who} wants ${wantInWords(wanted.name, requirement)}`;
  if (kind === 'wants') return clause;
  if (!wanted.exists) return `${clause} (there is no such package)`;
  if ('readable' in rest && !rest.readable) return `${clause} (which is no version requirement)`;
  return `${clause} (there is no such version)`;
}

/** Whoever wants something to begin with: the root, and those that its wants name. */
export function askersOf(root: string, wanted: readonly Wanted[]): string[] {
  return [
    ...new Set([
      ...wanted.flatMap(({ by }) => (by === undefined ? [root] : [])),
      ...wanted.flatMap(({ by }) => by ?? []),
    ]),
  ];
}

export function wantInWords(name: string, requirement: string): string {
  const text = printable(requirement);
  return text === '' || text === '*' ? name : `${name} ${text.slice(0, 80)}`;
}

/** What a rule says, as a clause: `json-parser 1.0.0 cannot be used`. */
export function ruleInWords({ terms }: Rule, root: KnownPackage): string {
  const others = terms.filter((term) => term.package !== root);
  const there = others.filter(({ package: known, set }) => !has(set, known.absent));
  const needed = others.filter(({ package: known, set }) => has(set, known.absent)).map(complement);
  if (others.length === 0) {
    const askers = askersOf(root.name, root.versions[0]?.dependencies ?? []);
    return `what ${joined(askers, 'and')} ${askers.length > 1 ? 'want' : 'wants'} cannot be had together`;
  }
  if (needed.length === 0) {
    return `${list(there, 'and')} cannot be used${there.length > 1 ? ' together' : ''}`;
  }
  if (there.length === 0) return `${list(needed, 'or')} is needed`;
  return `${list(there, 'and')} ${there.length > 1 ? 'need' : 'needs'} ${list(needed, 'or')}`;
}

/** Versions of a package: one, all, what a requirement says, or where they begin and end. */
export function versionsInWords(known: KnownPackage, set: VersionSet, all = 'every'): string {
  const indices = members(set).filter((index) => index !== known.absent);
  const version = (index: number | undefined) => known.versions[index ?? -1]?.version ?? '';
  if (indices.length === 1) return `${known.name} ${version(indices[0])}`;
  if (indices.length === known.versions.length) return `${all} version of ${known.name}`;
  for (const [requirement, matching] of known.requirements) {
    if (matching !== undefined && isSame(matching, set)) return wantInWords(known.name, requirement);
  }
  if (indices.length <= 3) return `${known.name} ${joined(indices.map(version), 'or')}`;
  const [first, last] = [version(indices[0]), version(indices.at(-1))];
  const gaps = (indices.at(-1) ?? 0) - (indices[0] ?? 0) + 1 > indices.length;
  return gaps
    ? `${known.name} (${indices.length} versions from ${first} to ${last})`
    : `${known.name} ${first} to ${last}`;
}

export function joined(parts: readonly string[], word: string): string {
  if (parts.length <= 1) return parts.join('');
  return `${parts.slice(0, -1).join(', ')} ${word} ${parts.at(-1)}`;
}

function list(terms: readonly Term[], word: string): string {
  const shown = terms
    .slice(0, MOST_NAMED)
    .map(({ package: known, set }) => versionsInWords(known, set, 'any'));
  if (terms.length > MOST_NAMED) shown.push(`${terms.length - MOST_NAMED} others`);
  return joined(shown, word);
}

function complement({ package: known, set }: Term): Term {
  return { package: known, set: minus(known.universe, set) };
}
