import type { Door } from '../../doors/index.ts';

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
   * root. The path is still percent-encoded.
   */
  elsewhere(
    firstSegment: string,
    path: string,
  ): { door: Door; registry: string; prefix: string } | undefined {
    const named = this.#further.get(firstSegment);
    if (named) return { door: named, registry: named.onto.registry, prefix: `/${named.name}` };
    let shared: RootDoor | undefined;
    for (const door of this.#atRoot) {
      const taken = door.atRoot.takes(path);
      if (taken === 'alone') return { door, registry: door.atRoot.registry, prefix: '' };
      if (taken === 'shared') shared ??= door;
    }
    return shared && { door: shared, registry: shared.atRoot.registry, prefix: '' };
  }
}

type FurtherDoor = Door & { onto: NonNullable<Door['onto']> };
type RootDoor = Door & { atRoot: NonNullable<Door['atRoot']> };

function isFurther(door: Door): door is FurtherDoor {
  return door.onto !== undefined;
}

function isAtRoot(door: Door): door is RootDoor {
  return door.atRoot !== undefined;
}
