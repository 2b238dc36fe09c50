import { Fault } from '../../kernel/index.ts';
import { shown } from './wording.ts';

/** Where in a JSON text a scanner stands, known as far as it takes to find the data in it. */
export interface DataPath {
  /** How many objects and arrays are open. */
  readonly depth: number;
  /** Enters an object or array by its opening bracket. */
  open(bracket: number): void;
  /** Leaves it; false if the bracket is not the one that closes it. */
  close(bracket: number): boolean;
  comma(): void;
  colon(): void;
  /** True if a string that begins here is a key that `key` wants to know. */
  readonly wantsKey: boolean;
  /** Takes a key that was wanted. Fault for one that must not be there twice. */
  key(name: string): void;
  /** What the data is called if a string that begins here is data. */
  readonly dataOf: string | undefined;
}

const OBJECT = 0x7b;
const OBJECT_END = 0x7d;

interface Container {
  object: boolean;
  /** The key or index of the value at hand. */
  at: string | number | undefined;
}

/** Keys; `*` is any element of an array: `['packages', '*', 'tarball']`. */
export type DataPattern = readonly string[];

/**
 * Finds data by the keys that lead to it. What is not JSON may lead it astray; the parser refuses such a body in the end. Data is
 * called by its path: `tarball`, `packages.0.tarball`.
 */
export class PatternPath implements DataPath {
  readonly #patterns: readonly DataPattern[];
  readonly #deepest: number;
  readonly #containers: Container[] = [];
  readonly #seen = new Set<string>();
  #keyNext = false;

  constructor(patterns: readonly DataPattern[]) {
    this.#patterns = patterns;
    this.#deepest = Math.max(...patterns.map(({ length }) => length));
  }

  get depth(): number {
    return this.#containers.length;
  }

  open(bracket: number): void {
    const object = bracket === OBJECT;
    this.#containers.push({ object, at: object ? undefined : 0 });
    this.#keyNext = object;
  }

  close(bracket: number): boolean {
    this.#keyNext = false;
    return this.#containers.pop()?.object === (bracket === OBJECT_END);
  }

  comma(): void {
    const container = this.#containers.at(-1);
    if (container === undefined) return;
    this.#keyNext = container.object;
    if (typeof container.at === 'number') container.at++;
    else container.at = undefined;
  }

  colon(): void {
    this.#keyNext = false;
  }

  get wantsKey(): boolean {
    return this.#keyNext && this.depth <= this.#deepest && this.#leads(this.#path().slice(0, -1));
  }

  /** Readers of JSON disagree on which of two values counts: Fault `json_invalid` for one on the way to data that comes twice. */
  key(name: string): void {
    const container = this.#containers.at(-1);
    if (container) container.at = name;
    const path = this.#path();
    if (!this.#leads(path)) return;
    const text = path.join('.');
    if (this.#seen.has(text)) {
      throw new Fault('json_invalid', `The request body has the key ${shown(text)} twice; send it once.`);
    }
    this.#seen.add(text);
  }

  get dataOf(): string | undefined {
    if (this.#keyNext || this.depth > this.#deepest) return undefined;
    const path = this.#path();
    return this.#patterns.some((pattern) => pattern.length === path.length && fits(pattern, path))
      ? path.join('.')
      : undefined;
  }

  #path(): Container['at'][] {
    return this.#containers.map(({ at }) => at);
  }

  #leads(path: Container['at'][]): boolean {
    return this.#patterns.some((pattern) => pattern.length >= path.length && fits(pattern, path));
  }
}

function fits(pattern: DataPattern, path: Container['at'][]): boolean {
  return path.every((at, index) => (pattern[index] === '*' ? typeof at === 'number' : pattern[index] === at));
}
