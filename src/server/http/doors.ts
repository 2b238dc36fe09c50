import type { Door } from '../../doors/index.ts';

/** All doors of this server, as a path finds them. */
export class Doors {
  readonly all: readonly Door[];
  readonly #byFormat: ReadonlyMap<string, Door>;
  readonly #further: ReadonlyMap<string, FurtherDoor>;

  constructor(doors: readonly Door[]) {
    const further = doors.filter(isFurther);
    this.all = doors;
    this.#byFormat = new Map(doors.filter((door) => !isFurther(door)).map((door) => [door.format, door]));
    this.#further = new Map(further.map((door) => [door.name, door]));
  }

  /** The door at the paths of the registries of a format. */
  ofFormat(format: string): Door | undefined {
    return this.#byFormat.get(format);
  }

  /** The further door that a path begins with or that takes it at the root; the path is still percent-encoded. */
  further(firstSegment: string, path: string): { door: FurtherDoor; prefix: string } | undefined {
    const named = this.#further.get(firstSegment);
    if (named) return { door: named, prefix: `/${named.name}` };
    for (const door of this.#further.values()) {
      if (door.onto.takesAtRoot(path)) return { door, prefix: '' };
    }
    return undefined;
  }
}

export type FurtherDoor = Door & { onto: NonNullable<Door['onto']> };

function isFurther(door: Door): door is FurtherDoor {
  return door.onto !== undefined;
}
