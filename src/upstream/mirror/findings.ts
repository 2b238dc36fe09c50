import { Fault, isFault, type Clock } from '../../kernel/index.ts';
import { BoundedMap } from '../../policy/index.ts';
import type { Content, ContentFormat, RegistryRow } from '../../registry/index.ts';

/** So long what was at an address is believed to be there still, milliseconds. */
const KEPT = 5 * 60_000;
/** Addresses, about 400 bytes each. */
const MOST = 10_000;

interface Finding {
  /** Versions of the content, or why there is none that could be kept. */
  found: readonly string[] | Fault;
  until: number;
}

/**
 * What this process found at addresses not long ago. It only refuses sooner what would be refused after another download: else
 * anybody could have large files fetched over and over by asking for content that is not there.
 */
export class Findings {
  readonly #format: ContentFormat;
  readonly #clock: Clock;
  readonly #known = new BoundedMap<Finding>(MOST);

  constructor(format: ContentFormat, clock: Clock) {
    this.#format = format;
    this.#clock = clock;
  }

  /** Fault `upstream_differs` if other content than the version was found there. */
  check(registry: RegistryRow, name: string, version: string): void {
    const known = this.#known.get(keyOf(registry, name));
    if (known === undefined || known.until <= this.#clock()) return;
    const { found } = known;
    if (found instanceof Fault) throw found;
    if (!found.includes(version)) throw this.#format.another(version, found);
  }

  /** Notes what `take` finds, and what it refuses for good: that the file is nothing, or too large. */
  async noting<T extends { content: Content }>(
    registry: RegistryRow,
    name: string,
    take: () => Promise<T>,
  ): Promise<T> {
    try {
      const taken = await take();
      this.#note(registry, name, taken.content.versions);
      return taken;
    } catch (error) {
      if (!isFault(error) || (error.code !== 'upstream_failed' && error.code !== 'upstream_differs'))
        throw error;
      const fault = new Fault('upstream_differs', error.message, { cause: error });
      this.#note(registry, name, fault);
      throw fault;
    }
  }

  #note(registry: RegistryRow, name: string, found: Finding['found']): void {
    this.#known.set(keyOf(registry, name), { found, until: this.#clock() + KEPT });
  }
}

function keyOf({ id }: RegistryRow, name: string): string {
  return `${id} ${name}`;
}
