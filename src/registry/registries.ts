import { actorOf, type OrganisationRole, type Principal, type SignedIn } from '../accounts/index.ts';
import { Fault, type Clock } from '../kernel/index.ts';
import type { Actor } from '../ledger/index.ts';
import { askerOf } from '../policy/index.ts';
import { mayEnter } from './hidden.ts';
import type {
  Catalogue,
  RegistryChange,
  RegistryMember,
  RegistryRow,
  RegistrySettings,
  Rights,
} from './ports/index.ts';

/** Registries as people see and change them. One that somebody may not see is Fault `registry_not_found`, as one that is not there. */
export class Registries {
  readonly #catalogue: Pick<Catalogue, 'registries'>;
  readonly #rights: Rights;
  readonly #settings: RegistrySettings;
  readonly #clock: Clock;

  constructor(
    catalogue: Pick<Catalogue, 'registries'>,
    rights: Rights,
    settings: RegistrySettings,
    clock: Clock,
  ) {
    this.#catalogue = catalogue;
    this.#rights = rights;
    this.#settings = settings;
    this.#clock = clock;
  }

  /** All that the asker may see. */
  async list(asker: SignedIn): Promise<RegistryRow[]> {
    const seen: RegistryRow[] = [];
    for (const row of await this.#catalogue.registries()) {
      if (row.visibility === 'public' || (await this.#find(asker, row.name))) seen.push(row);
    }
    return seen;
  }

  async see(asker: Principal, name: string): Promise<RegistryRow> {
    const row = await this.#find(asker, name);
    if (row) return row;
    throw noRegistry(name);
  }

  /** For administrators and owners of the registry. */
  async change(asker: SignedIn, name: string, change: RegistryChange): Promise<RegistryRow> {
    const { id: registryId } = await this.see(asker, name);
    return this.#settings.change({ ...this.#by(asker), registryId, change });
  }

  /** For the operator at the machine itself, who may change every registry. */
  async changeFor(by: Actor, name: string, change: RegistryChange): Promise<RegistryRow> {
    const row = (await this.#catalogue.registries()).find((registry) => registry.name === name);
    if (!row) throw noRegistry(name);
    return this.#settings.change({
      by,
      administrator: true,
      at: this.#clock(),
      registryId: row.id,
      change,
    });
  }

  /** Its own members, not those of the organisation that it belongs to. */
  async members(asker: SignedIn, name: string): Promise<RegistryMember[]> {
    return this.#settings.members((await this.see(asker, name)).id);
  }

  /** Role null takes the member out. */
  async setMember(
    asker: SignedIn,
    name: string,
    member: { userId: number; role: OrganisationRole | null },
  ): Promise<void> {
    const { id: registryId } = await this.see(asker, name);
    await this.#settings.setMember({ ...this.#by(asker), registryId, ...member });
  }

  async #find(asker: Principal, name: string): Promise<RegistryRow | undefined> {
    const seen = await this.#rights.registry(name, askerOf(asker).userId);
    return mayEnter(seen, asker) ? seen.row : undefined;
  }

  #by(asker: SignedIn) {
    return {
      by: actorOf(asker),
      administrator: askerOf(asker).administrator,
      at: this.#clock(),
    };
  }
}

function noRegistry(name: string): Fault {
  return new Fault('registry_not_found', `There is no registry ${JSON.stringify(name.slice(0, 80))}.`);
}
