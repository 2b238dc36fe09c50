import type { Catalogue, RegistryRow } from '../../registry/index.ts';

/** The registries as this replica last read them. Another replica may have made one since: see `refresh`. */
export class RegistryTable {
  readonly #catalogue: Catalogue;
  #byName = new Map<string, RegistryRow>();

  constructor(catalogue: Catalogue) {
    this.#catalogue = catalogue;
  }

  get(name: string): RegistryRow | undefined {
    return this.#byName.get(name);
  }

  /** Reads the table anew: one small query, made for every path whose first segment is unknown. */
  async refresh(): Promise<void> {
    const rows = await this.#catalogue.registries();
    this.#byName = new Map(rows.map((row) => [row.name, row]));
  }
}
