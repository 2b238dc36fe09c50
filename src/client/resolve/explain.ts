import type { KnownPackage } from './known-package.ts';
import type { Cause, Rule } from './rule.ts';
import { factInWords, joined, ruleInWords } from './words.ts';

/** Of a proof that is longer, the first and the last lines are told. */
const FIRST_LINES = 8;
const LAST_LINES = 24;

type Derived = Extract<Cause, { kind: 'derived' }>;

/** What one line rests on: facts, and conclusions of lines before it. */
interface Step {
  rule: Rule;
  facts: Rule[];
  lines: Rule[];
}

/**
 * Why a rule holds, in numbered lines that each follow from what packages want and from lines before. The proof is walked without
 * recursion: it can be as long as a chain of packages.
 */
export function explain(rule: Rule, root: KnownPackage): string[] {
  if (rule.cause.kind !== 'derived') return [`${capital(factOf(rule, root))}.`];
  const steps = stepsTo(rule);
  const numbers = new Map(steps.map((step, index) => [step.rule, index + 1]));
  const skipped = Math.max(0, steps.length - FIRST_LINES - LAST_LINES);
  const shown = steps.flatMap((step, index) => {
    if (skipped > 0 && index === FIRST_LINES) return [`… (${skipped} more lines)`];
    if (skipped > 0 && index > FIRST_LINES && index < FIRST_LINES + skipped) return [];
    return [`${index + 1}. ${sentence(step, index, numbers, root)}`];
  });
  return shown;
}

/** All facts that a rule rests on, each once. */
export function factsOf(rule: Rule): Exclude<Cause, { kind: 'derived' | 'root' }>[] {
  const seen = new Set<Rule>([rule]);
  for (const { cause } of seen) if (cause.kind === 'derived') seen.add(cause.one).add(cause.other);
  return [...seen].flatMap(({ cause }) => (cause.kind === 'derived' || cause.kind === 'root' ? [] : [cause]));
}

function sentence(
  { rule, facts, lines }: Step,
  index: number,
  numbers: ReadonlyMap<Rule, number>,
  root: KnownPackage,
): string {
  const conclusion = ruleInWords(rule, root);
  const because = joined(
    facts.map((fact) => factOf(fact, root)),
    'and',
  );
  const all = lines.map((line) => numbers.get(line) ?? 0).toSorted((one, other) => one - other);
  const follows = all.at(-1) === index;
  const earlier = follows ? all.slice(0, -1) : all;
  const from = earlier.length > 0 ? `${follows ? 'with line' : 'by line'} ${earlier.join(' and ')}` : '';
  if (facts.length === 0) return `${capital(follows ? `so, ${from}` : from)}, ${conclusion}.`;
  if (lines.length === 0) return `Because ${because}, ${conclusion}.`;
  const also = from === '' ? '' : ` (${from})`;
  return `${follows ? 'And because' : 'Because'} ${because}${also}, ${conclusion}.`;
}

function factOf({ cause }: Rule, root: KnownPackage): string {
  return cause.kind === 'derived' || cause.kind === 'root' ? '' : factInWords(cause, root);
}

/** The lines of a proof, each after what it rests on. A conclusion that only the next one needs is not told by itself. */
function stepsTo(goal: Rule): Step[] {
  const uses = countUses(goal);
  const steps = new Map<Rule, Step>();
  const open: { rule: Rule; step: Step | undefined }[] = [{ rule: goal, step: undefined }];
  for (let last = open.pop(); last !== undefined; last = open.pop()) {
    if (last.step !== undefined) steps.set(last.rule, last.step);
    else if (!steps.has(last.rule)) {
      const step = stepOf(last.rule, uses);
      // It comes after its lines, so it waits below them.
      open.push({ rule: last.rule, step });
      for (const line of step.lines.toReversed()) open.push({ rule: line, step: undefined });
    }
  }
  return [...steps.values()];
}

function stepOf(rule: Rule, uses: ReadonlyMap<Rule, number>): Step {
  const { facts, lines } = partsOf(rule);
  const [line] = lines;
  if (line !== undefined && lines.length === 1 && facts.length === 1 && uses.get(line) === 1) {
    const below = partsOf(line);
    // Two facts in one line can be read; three cannot.
    if (below.facts.length === 1 && below.lines.length === 1) {
      return { rule, facts: [...below.facts, ...facts], lines: below.lines };
    }
  }
  return { rule, facts, lines };
}

function partsOf({ cause }: Rule): { facts: Rule[]; lines: Rule[] } {
  const parts = cause.kind === 'derived' ? childrenOf(cause) : [];
  return {
    facts: parts.filter((part) => part.cause.kind !== 'derived' && part.cause.kind !== 'root'),
    lines: parts.filter((part) => part.cause.kind === 'derived'),
  };
}

function childrenOf({ one, other }: Derived): Rule[] {
  return one === other ? [one] : [one, other];
}

function countUses(goal: Rule): Map<Rule, number> {
  const uses = new Map<Rule, number>([[goal, 1]]);
  for (const [{ cause }] of uses) {
    if (cause.kind !== 'derived') continue;
    for (const child of childrenOf(cause)) uses.set(child, (uses.get(child) ?? 0) + 1);
  }
  return uses;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
