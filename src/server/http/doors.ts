import type { Door } from '../../doors/index.ts';
import { SAFE } from './safe-methods.ts';

/** All doors of this server, as a path finds them. */
export class Doors {
  readonly all: readonly Door[];
  readonly #byFormat: ReadonlyMap<string, Door>;
  readonly #further: ReadonlyMap<string, FurtherDoor>;
  readonly #atRoot: readonly RootDoor[];

  /** @param first name of the door that comes first where several take a path at the root */
  constructor(doors: readonly Door[], first?: string) {
    const further = doors.filter(isFurther);
    const rank = ({ name }: Door): number => (name === first ? 0 : 1);
    this.all = doors;
    this.#byFormat = new Map(doors.filter((door) => !isFurther(door)).map((door) => [door.format, door]));
    this.#further = new Map(further.map((door) => [door.name, door]));
    this.#atRoot = doors.filter(isAtRoot).toSorted((one, other) => rank(one) - rank(other));
  }

  /** The door at the paths of the registries of a format. */
  ofFormat(format: string): Door | undefined {
    return this.#byFormat.get(format);
  }

  /**
   * The door that a path leads to whose first segment is no registry: a further door that it begins with, or one that takes it at the
   * root. The path is still percent-encoded. Where several doors take it, the first of them, and all whose package it can be about.
   */
  elsewhere(firstSegment: string, { path, method }: { path: string; method: string }): Elsewhere | undefined {
    const named = this.#further.get(firstSegment);
    if (named)
      return { door: named, registry: named.onto.registry, prefix: `/${named.name}`, contenders: [] };
    const sharers: RootDoor[] = [];
    for (const door of this.#atRoot) {
      const taken = door.atRoot.takes(path, method);
      if (taken === 'alone') return atRoot(door, []);
      if (taken === 'shared') sharers.push(door);
    }
    const contenders = SAFE.has(method) ? contendersFor(path, sharers) : [];
    const [first] = sharers;
    return first && atRoot(first, contenders);
  }
}

export interface Elsewhere {
  door: Door;
  registry: string;
  prefix: string;
  /** In their order; fewer than two: there is nothing to decide. */
  contenders: readonly Contender[];
}

/** A door that a path at the root leads to, if its registry has the package of this name. */
export interface Contender {
  door: RootDoor;
  /** Undefined of the first alone, if none of its packages can be called so: it gets what no other has, and says so. */
  name: string | undefined;
}

export type RootDoor = Door & { atRoot: NonNullable<Door['atRoot']> };
type FurtherDoor = Door & { onto: NonNullable<Door['onto']> };

function atRoot(door: RootDoor, contenders: readonly Contender[]): Elsewhere {
  return { door, registry: door.atRoot.registry, prefix: '', contenders };
}

function contendersFor(path: string, doors: readonly RootDoor[]): Contender[] {
  const named = doors.map((door) => ({ door, name: door.atRoot.nameIn(path) }));
  const isAboutOne = named.some(({ name }) => name !== undefined);
  return isAboutOne ? named.filter(({ name }, index) => name !== undefined || index === 0) : [];
}

function isFurther(door: Door): door is FurtherDoor {
  return door.onto !== undefined;
}

function isAtRoot(door: Door): door is RootDoor {
  return door.atRoot !== undefined;
}
