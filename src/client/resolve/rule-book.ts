import type { KnownPackage } from './known-package.ts';
import type { Rule } from './rule.ts';

/** All rules that are known, by the packages they speak of. */
export class RuleBook {
  readonly #rules: Rule[] = [];
  readonly #about = new Map<KnownPackage, number[]>();
  /** Rules that cannot be broken for now, as one of their terms cannot hold, with the level at which that was seen. */
  readonly #resting: { number: number; level: number }[] = [];
  readonly #rests: boolean[] = [];
  #steps = 0;

  /** How often a rule was looked at. */
  get steps(): number {
    return this.#steps;
  }

  add(rule: Rule): void {
    const number = this.#rules.length;
    this.#rules.push(rule);
    this.#rests.push(false);
    for (const { package: known } of rule.terms) {
      const numbers = this.#about.get(known);
      if (numbers === undefined) this.#about.set(known, [number]);
      else numbers.push(number);
    }
  }

  /** Rules about the package that do not rest, newest first: what was learned says most. */
  *about(known: KnownPackage): Generator<[number, Rule]> {
    const numbers = this.#about.get(known) ?? [];
    for (let at = numbers.length - 1; at >= 0; at--) {
      const number = numbers[at] ?? 0;
      const rule = this.#rules[number];
      if (rule === undefined || this.#rests[number] === true) continue;
      this.#steps++;
      yield [number, rule];
    }
  }

  rest(number: number, level: number): void {
    this.#rests[number] = true;
    this.#resting.push({ number, level });
  }

  /** Decisions after this level are taken back, so what rested because of them counts again. */
  wake(level: number): void {
    for (
      let last = this.#resting.at(-1);
      last !== undefined && last.level > level;
      last = this.#resting.at(-1)
    ) {
      this.#resting.pop();
      this.#rests[last.number] = false;
    }
  }
}
