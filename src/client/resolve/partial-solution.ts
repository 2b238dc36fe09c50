import type { KnownPackage } from './known-package.ts';
import type { Rule, Term } from './rule.ts';
import { and, isSubset, or, minus, type VersionSet } from './version-set.ts';

/** A step towards the solution: what a package was narrowed to. */
export interface Assignment {
  index: number;
  package: KnownPackage;
  /** What this step alone says. */
  set: VersionSet;
  /** What is left after it and all before it. */
  left: VersionSet;
  /** How many decisions had been made, this one included. */
  level: number;
  /** The rule that made it necessary; undefined of a decision. */
  because: Rule | undefined;
}

interface State {
  /** Steps about this package, oldest first. */
  history: Assignment[];
  decided: boolean;
}

/** What has been decided and what follows from it, in order, so that it can be taken back. */
export class PartialSolution {
  readonly #assignments: Assignment[] = [];
  readonly #states = new Map<KnownPackage, State>();
  #level = 0;

  /** How many decisions there are. */
  get level(): number {
    return this.#level;
  }

  /** What the package may still be. */
  left(known: KnownPackage): VersionSet {
    return this.#states.get(known)?.history.at(-1)?.left ?? known.universe;
  }

  isDecided(known: KnownPackage): boolean {
    return this.#states.get(known)?.decided ?? false;
  }

  decide(known: KnownPackage, index: number): void {
    this.#level++;
    this.#add(known, known.only(index), undefined).decided = true;
  }

  narrow({ package: known, set }: Term, because: Rule): void {
    this.#add(known, set, because);
  }

  /** The first step after which the term held; it holds now. */
  satisfier({ package: known, set }: Term): Assignment {
    const history = this.#states.get(known)?.history ?? [];
    // What is left only gets less, so the steps after which the term holds are the last ones.
    let low = 0;
    let high = history.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const step = history[middle];
      if (step !== undefined && isSubset(step.left, set)) high = middle;
      else low = middle + 1;
    }
    const found = history[low];
    if (found === undefined) throw new Error(`Nothing was ever said of ${known.name}.`);
    return found;
  }

  /** The step that was needed besides the given one for the term to hold; undefined if that one is enough. */
  helper(term: Term, step: Assignment): Assignment | undefined {
    if (isSubset(step.set, term.set)) return undefined;
    const { package: known } = term;
    return this.satisfier({ package: known, set: or(term.set, minus(known.universe, step.set)) });
  }

  /** Takes back all decisions after the given number of them, and what followed. Returns the packages that this was about. */
  backtrack(level: number): Set<KnownPackage> {
    const touched = new Set<KnownPackage>();
    for (let last = this.#assignments.at(-1); last !== undefined && last.level > level;) {
      this.#assignments.pop();
      const state = this.#states.get(last.package);
      state?.history.pop();
      if (state !== undefined && last.because === undefined) state.decided = false;
      touched.add(last.package);
      last = this.#assignments.at(-1);
    }
    this.#level = level;
    return touched;
  }

  /** What was decided, in the order of the decisions. */
  *decisions(): Generator<{ package: KnownPackage; set: VersionSet }> {
    for (const step of this.#assignments) if (step.because === undefined) yield step;
  }

  #add(known: KnownPackage, set: VersionSet, because: Rule | undefined): State {
    const state = this.#states.get(known) ?? { history: [], decided: false };
    this.#states.set(known, state);
    const assignment: Assignment = {
      index: this.#assignments.length,
      package: known,
      set,
      left: and(state.history.at(-1)?.left ?? known.universe, set),
      level: this.#level,
      because,
    };
    this.#assignments.push(assignment);
    state.history.push(assignment);
    return state;
  }
}
