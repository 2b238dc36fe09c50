import { Fault } from '../../kernel/light/index.ts';
import type { KnownPackage } from './known-package.ts';
import { dependentsFirst } from './order.ts';
import { PartialSolution, type Assignment } from './partial-solution.ts';
import { Queue } from './queue.ts';
import { derive, opposite, type Rule, type Term } from './rule.ts';
import { RuleBook } from './rule-book.ts';
import { has, highest, isDisjoint, isSubset } from './version-set.ts';
import type { World } from './world.ts';

/** Either the chosen versions, by package in the order of the decisions, or the rule that says that there is no solution. */
export type Solved =
  | { kind: 'solution'; chosen: ReadonlyMap<KnownPackage, number>; steps: number }
  | { kind: 'failure'; rule: Rule; steps: number };

/** Ten seconds or so. Graphs of thousands of packages take some ten thousand; what nobody made to be hard takes no million. */
const PATIENCE = 20_000_000;

/**
 * Version solving with learning from conflicts: PubGrub (Natalie Weizenbaum, "PubGrub: Next-Generation Version Solving";
 * github.com/dart-lang/pub, doc/solver.md). Here a term is a set of versions that are known to exist, so there is no arithmetic of ranges.
 */
export function solve(world: World, patience = PATIENCE): Solved {
  return new Solver(world, patience).run();
}

class Solver {
  readonly #world: World;
  readonly #solution = new PartialSolution();
  readonly #rules = new RuleBook();
  readonly #queue: Queue;
  readonly #patience: number;

  constructor(world: World, patience: number) {
    this.#patience = patience;
    this.#world = world;
    this.#queue = new Queue(dependentsFirst(world));
  }

  run(): Solved {
    const { root } = this.#world;
    this.#rules.add({ terms: [{ package: root, set: root.only(root.absent) }], cause: { kind: 'root' } });
    for (let changed: KnownPackage | undefined = root; changed !== undefined; changed = this.#decide()) {
      const failure = this.#propagate(changed);
      if (failure !== undefined) return { kind: 'failure', rule: failure, steps: this.#rules.steps };
    }
    const chosen = new Map([...this.#solution.decisions()].map((step) => [step.package, highest(step.set)]));
    chosen.delete(root);
    return { kind: 'solution', chosen, steps: this.#rules.steps };
  }

  /** Narrows packages as far as the rules ask for it. Returns a rule if there is no solution. */
  #propagate(changed: KnownPackage): Rule | undefined {
    const open = new Set([changed]);
    for (const known of open) {
      open.delete(known);
      for (const [number, rule] of this.#rules.about(known)) {
        const last = this.#lastOpenTerm(number, rule);
        if (last === 'none') {
          if (this.#rules.steps > this.#patience) throw tooHard(known);
          const learned = this.#resolve(rule);
          if (this.#isFailure(learned)) return learned;
          // After the way back the learned rule says one thing, as nothing else of it is open.
          open.clear();
          this.#follow(learned, open);
          break;
        }
        if (last !== undefined) this.#narrow(last, rule, open);
      }
    }
    return undefined;
  }

  #follow(rule: Rule, open: Set<KnownPackage>): void {
    const term = rule.terms.find(({ package: known, set }) => !isSubset(this.#solution.left(known), set));
    if (term === undefined) throw new Error('A rule that was learned from a conflict says nothing.');
    this.#narrow(term, rule, open);
  }

  #narrow(term: Term, rule: Rule, open: Set<KnownPackage>): void {
    const { package: known } = term;
    const wasNeeded = known.isNeeded(this.#solution.left(known));
    this.#solution.narrow(opposite(term), rule);
    open.add(known);
    if (!wasNeeded && known.isNeeded(this.#solution.left(known))) this.#queue.push(known);
  }

  /** `'none'` if all terms hold; the term if all but one do and that one may; undefined if the rule has nothing to say. */
  #lastOpenTerm(number: number, { terms }: Rule): Term | 'none' | undefined {
    let open: Term | undefined;
    for (const term of terms) {
      const left = this.#solution.left(term.package);
      if (isSubset(left, term.set)) continue;
      if (isDisjoint(left, term.set)) {
        this.#rules.rest(number, this.#solution.level);
        return undefined;
      }
      if (open !== undefined) return undefined;
      open = term;
    }
    return open ?? 'none';
  }

  /**
   * A rule is broken: finds out which decision led to it, learns a rule from that, and goes back to where the learned rule would have
   * helped. If no decision did, what it learns is that there is no solution.
   */
  #resolve(broken: Rule): Rule {
    let rule = broken;
    while (!this.#isFailure(rule)) {
      const { step, before } = this.#latest(rule.terms);
      if (step.because === undefined || before < step.level) {
        if (rule !== broken) this.#rules.add(rule);
        for (const { package: known } of rule.terms) if (this.#queue.blame(known)) this.#queue.push(known);
        this.#backtrack(before);
        return rule;
      }
      rule = derive(rule, step.because, step.package);
    }
    return rule;
  }

  /** The root is always there, so a rule that forbids nothing else forbids all. */
  #isFailure({ terms }: Rule): boolean {
    return terms.every((term) => term.package === this.#world.root);
  }

  /** The last step that made the terms hold, and the level at which all else that they need was there. */
  #latest(terms: readonly Term[]): { step: Assignment; before: number } {
    let latest: { term: Term; step: Assignment } | undefined;
    // The root is never taken back.
    let before = 1;
    for (const term of terms) {
      const step = this.#solution.satisfier(term);
      if (latest === undefined || step.index > latest.step.index) {
        if (latest !== undefined) before = Math.max(before, latest.step.level);
        latest = { term, step };
      } else before = Math.max(before, step.level);
    }
    if (latest === undefined) throw new Error('A rule without terms cannot be looked into.');
    const helper = this.#solution.helper(latest.term, latest.step);
    return { step: latest.step, before: Math.max(before, helper?.level ?? 0) };
  }

  #backtrack(level: number): void {
    this.#rules.wake(level);
    for (const known of this.#solution.backtrack(level)) {
      if (this.#waits(known)) this.#queue.push(known);
    }
  }

  #waits(known: KnownPackage): boolean {
    return !this.#solution.isDecided(known) && known.isNeeded(this.#solution.left(known));
  }

  /** Chooses a version of the most urgent package. Returns the package; undefined if none waits. */
  #decide(): KnownPackage | undefined {
    let known = this.#queue.pop();
    while (known !== undefined && !this.#waits(known)) known = this.#queue.pop();
    if (known === undefined) return undefined;
    const chosen = known;
    const index = known.best(this.#solution.left(known));
    const rules = this.#world.rulesOf(known, index);
    for (const rule of rules) this.#rules.add(rule);
    const breaks = rules.some(({ terms }) =>
      terms.every((term) =>
        term.package === chosen
          ? has(term.set, index)
          : isSubset(this.#solution.left(term.package), term.set),
      ),
    );
    // A version that breaks a rule at once is not worth a decision: to propagate the rule rules it out.
    if (breaks) this.#queue.push(known);
    else this.#solution.decide(known, index);
    return known;
  }
}

function tooHard({ name }: KnownPackage): Fault {
  return new Fault(
    'conflict',
    `No versions were found in good time; the last conflict was about ${name}. Say more exactly which version of it is wanted.`,
  );
}
