import { LRUCache } from 'lru-cache';
import type { Principal } from '../../../accounts/index.ts';
import { Fault } from '../../../kernel/index.ts';
import { readerId } from '../../../policy/index.ts';
import { hiddenRegistry, type RegistryRow, type RegistryState } from '../../../registry/index.ts';
import { JsonBody } from '../json-body.ts';
import type { IndexDocument } from './document.ts';
import type { EntrySources } from './read-entries.ts';
import { RegistryIndex } from './registry-index.ts';

/** Registries whose index one process keeps; one that nobody asked for in so many milliseconds goes. */
const MOST_REGISTRIES = 16;
const LONGEST_IDLE = 3_600_000;
/** Bytes of an index that the original client reads: its HTTP library takes no more. */
const LONGEST_READ = 10 * 1024 * 1024;

export interface IndexOptions extends EntrySources {
  warn: (message: string) => void;
}

/** What somebody sees of a registry. */
export interface SeenIndex {
  document: IndexDocument;
  /** The state that it shows; undefined of one that not everybody sees. */
  open: RegistryState | undefined;
}

/** The indexes of Vais registries, ready to be sent. */
export class IndexDocuments {
  readonly #options: IndexOptions;
  readonly #indexes = new LRUCache<number, RegistryIndex>({
    max: MOST_REGISTRIES,
    ttl: LONGEST_IDLE,
    updateAgeOnGet: true,
  });
  /** Compressed and with a tag, as long as the index holds the text. */
  readonly #entries = new WeakMap<Buffer, JsonBody>();
  readonly #warned = new Set<number>();

  constructor(options: IndexOptions) {
    this.#options = options;
  }

  /** Faults of `hiddenRegistry`. */
  async of(registry: RegistryRow, principal: Principal): Promise<SeenIndex> {
    const { revisions } = this.#options;
    const { id, name } = registry;
    const reader = readerId(principal, name);
    const state = await revisions.state(id);
    if (state === undefined) throw new Fault('registry_not_found', `There is no registry called ${name}.`);
    const isOpen = reader === null && state.visibility === 'public';
    const visible = isOpen ? [] : await revisions.restricted(id, reader);
    if (visible === undefined) throw hiddenRegistry(registry, principal);
    const document = await this.#indexOf(registry).document(state, visible);
    if (document.length > LONGEST_READ) this.#warnOf(registry, document.length);
    return { document, open: visible.length === 0 && state.visibility === 'public' ? state : undefined };
  }

  /** The entry of one package, JSON, for who may see it; undefined if it would not be in the index. */
  async entry(registry: RegistryRow, name: string): Promise<JsonBody | undefined> {
    const state = await this.#options.revisions.state(registry.id);
    const text = state && (await this.#indexOf(registry).entry(state, name));
    if (text === undefined) return undefined;
    let body = this.#entries.get(text);
    if (body === undefined) {
      body = new JsonBody(text);
      this.#entries.set(text, body);
    }
    return body;
  }

  #indexOf(registry: RegistryRow): RegistryIndex {
    let index = this.#indexes.get(registry.id);
    if (index === undefined) {
      index = new RegistryIndex(this.#options, registry);
      this.#indexes.set(registry.id, index);
    }
    return index;
  }

  #warnOf({ id, name }: RegistryRow, bytes: number): void {
    if (this.#warned.has(id)) return;
    this.#warned.add(id);
    this.#options.warn(
      `the index of the registry ${name} has ${bytes} bytes, and the original Vais client reads no more than ${LONGEST_READ}: spread its packages over several registries, or have people use Kontor's own client`,
    );
  }
}
