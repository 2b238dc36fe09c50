import { nearest } from '../../../kernel/index.ts';

/** Where in what somebody wrote a value stands, so that a complaint says it. */
export class Place {
  readonly #problems: string[];
  readonly #path: string;
  readonly #suffix: string;

  /** @param suffix stands behind the path in every sentence, such as ` in kontor.yaml`. */
  constructor(problems: string[], path: string, suffix: string) {
    this.#problems = problems;
    this.#path = path;
    this.#suffix = suffix;
  }

  at(key: string | number): Place {
    const step = typeof key === 'number' ? `[${key}]` : this.#path === '' ? key : `.${key}`;
    return new Place(this.#problems, this.#path + step, this.#suffix);
  }

  /** Notes a problem; `what` goes on after the place: "is …: write …". */
  complain(what: string): undefined {
    this.#problems.push(`${this.#path === '' ? 'It' : this.#path}${this.#suffix} ${what}`);
  }

  /** The value as a map of some of these keys; another key is a problem, with the one that was probably meant. */
  object(value: unknown, keys: readonly string[]): Readonly<Record<string, unknown>> | undefined {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return this.complain(`is no map: write ${keys.slice(0, 3).join(', ')} … with their values below it.`);
    }
    const entries = Object.entries(value).filter(([, inner]) => inner !== null && inner !== undefined);
    for (const [key] of entries) {
      if (keys.includes(key)) continue;
      const meant = nearest(key, keys);
      this.at(key.slice(0, 60)).complain(
        `is not a setting: ${meant === undefined ? `it can be ${keys.join(', ')}.` : `did you mean ${meant}?`}`,
      );
    }
    return Object.fromEntries(entries);
  }
}
