import { Fault, type Clock } from '../../kernel/index.ts';
import type { Actor } from '../../ledger/index.ts';
import { isNamePattern, type VersionRanges } from '../../policy/index.ts';
import type { BlockRow, Blocks, Catalogue, RegistryRow } from '../ports/index.ts';

/** What somebody wants to keep out. */
export interface BlockWish {
  /** A name, or names: see `matchesName`. */
  name: string;
  /** In the format's grammar; null: every version. */
  range: string | null;
  reason: string;
  advisory: string | null;
  /** By name; null: every registry. */
  registry: string | null;
}

/** As long as the longest name of any format. */
const LONGEST_NAME = 214;
const LONGEST_RANGE = 500;
const LONGEST_REASON = 500;
const PRINTABLE = /^[^\p{Cc}\p{Cs}]*$/u;
const ADVISORY = /^[A-Za-z0-9][\w.:-]{0,99}$/;

/** Sets and removes blocks: for administrators, which the caller sees to. */
export class BlockKeeper {
  readonly #catalogue: Pick<Catalogue, 'registries'>;
  readonly #blocks: Blocks;
  readonly #ranges: ReadonlyMap<string, VersionRanges>;
  readonly #clock: Clock;

  /** @param ranges by format */
  constructor(
    catalogue: Pick<Catalogue, 'registries'>,
    blocks: Blocks,
    ranges: ReadonlyMap<string, VersionRanges>,
    clock: Clock,
  ) {
    this.#catalogue = catalogue;
    this.#blocks = blocks;
    this.#ranges = ranges;
    this.#clock = clock;
  }

  list(): Promise<BlockRow[]> {
    return this.#blocks.list();
  }

  /** Counts at the next request. Faults `bad_request`, `registry_not_found`. */
  async add(by: Actor, { name, range, reason, advisory, registry }: BlockWish): Promise<BlockRow> {
    const of = registry === null ? null : await this.#registry(registry);
    checkText('name', name, LONGEST_NAME);
    checkText('reason', reason, LONGEST_REASON);
    if (!isNamePattern(name)) {
      throw new Fault(
        'bad_request',
        `${shown(name)} is no name: write demo, @acme/demo, or @acme/* for several.`,
      );
    }
    if (range !== null) this.#checkRange(range, of);
    if (advisory !== null && !ADVISORY.test(advisory)) {
      throw new Fault(
        'bad_request',
        `${shown(advisory)} is no advisory's id, such as GHSA-xxxx-xxxx-xxxx or MAL-2026-1.`,
      );
    }
    return this.#blocks.add({
      registryId: of?.id ?? null,
      pattern: name,
      range,
      reason: reason.trim(),
      advisory,
      event: {
        type: 'gate.block',
        at: this.#clock(),
        actor: by,
        registry,
        package: name,
        version: null,
        detail: {},
      },
    });
  }

  /** Counts at the next request. Fault `not_found`. */
  remove(by: Actor, id: number): Promise<BlockRow> {
    return this.#blocks.remove({ id, by, at: this.#clock() });
  }

  async #registry(name: string): Promise<RegistryRow> {
    const row = (await this.#catalogue.registries()).find((registry) => registry.name === name);
    if (row) return row;
    throw new Fault('registry_not_found', `There is no registry ${shown(name)}.`);
  }

  /** A range for all registries must make sense in one of the formats. */
  #checkRange(range: string, registry: RegistryRow | null): void {
    checkText('range', range, LONGEST_RANGE);
    const formats = registry ? [this.#ranges.get(registry.format)] : [...this.#ranges.values()];
    if (formats.some((ranges) => ranges?.isRange(range))) return;
    throw new Fault(
      'bad_request',
      `${shown(range)} is no range of versions, such as 1.2.3, <2.0.0 or 1.x || 3.0.0.`,
    );
  }
}

function checkText(what: string, text: string, longest: number): void {
  if (text.trim() !== '' && text.length <= longest && PRINTABLE.test(text)) return;
  throw new Fault(
    'bad_request',
    `The ${what} of a block has 1 to ${longest} characters, without line ends and other control characters.`,
  );
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 80));
}
