import { actingAs, ensureFirstAdministrator, type SignedIn } from '../accounts/index.ts';
import { Fault, makeFolders, systemClock } from '../kernel/index.ts';
import type { RegistryRow } from '../registry/index.ts';
import type { Config } from './config/index.ts';
import { openKontor, type Kontor } from './kontor.ts';
import { previewLife } from './preview-life.ts';
import { createServices, type Services } from './services.ts';

/** An open store with all that reads and writes packages, and nothing that listens: for programs, also beside a running server. */
export interface EmbeddedKontor {
  kontor: Kontor;
  services: Services;
  /** The registry that Pantry's clients know. */
  registry: RegistryRow;
  /** Bytes of a tarball. */
  maxTarballBytes: number;
  /** As in `PreviewQuery`. */
  goneUntil(): number;
  /** The user of this name; without one, the administrator who was there first. Fault `not_found`. */
  operator(name: string | undefined): Promise<SignedIn>;
  /** Writes down what was counted, and closes everything. */
  close(): Promise<void>;
}

/** Opens the store that settings name, and makes it if there is none. Faults as `serve`, save those of listening. */
export async function embedKontor(
  config: Config,
  warn: (message: string) => void = () => undefined,
): Promise<EmbeddedKontor> {
  const { values } = config;
  await makeFolders(values.data, 0o750);
  const kontor = await openKontor(config, { create: true });
  try {
    const { store, catalogue, accounts } = kontor;
    const { adminUser: user, adminPassword: password, adminEmail: email, data } = values;
    await ensureFirstAdministrator(store.accounts, systemClock, { user, password, email }, data);
    const registry = (await catalogue.registries()).find(({ name }) => name === 'npm');
    if (registry === undefined) throw new Fault('registry_not_found', 'This store has no registry npm.');
    const ownUrls = () => (values.publicUrl === undefined ? [] : [values.publicUrl]);
    const life = previewLife(values);
    const services = createServices({ kontor, values, ownUrls, warn });
    return {
      kontor,
      services,
      registry,
      maxTarballBytes: values.pantryMaxTarballBytes,
      goneUntil: () => (life === undefined ? -1 : systemClock() - life),
      operator: async (name) => {
        const [first] = name === undefined ? await store.accounts.administrators() : [];
        const who = first ?? (await accounts.operatorsChoice(name));
        return actingAs(who, 'library');
      },
      close: async () => {
        await services.downloads.flush();
        await services.close();
        await kontor.close();
      },
    };
  } catch (error) {
    await kontor.close();
    throw error;
  }
}
