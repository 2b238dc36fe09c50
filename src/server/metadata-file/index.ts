import { join } from 'node:path';
import type { Logger } from 'pino';
import { systemClock } from '../../kernel/index.ts';
import type { RegistryRow } from '../../registry/index.ts';
import type { Values } from '../config/index.ts';
import type { PeriodicJob } from '../jobs.ts';
import type { Kontor } from '../kontor.ts';
import { previewLife } from '../preview-life.ts';
import type { Services } from '../services.ts';
import { isForeign, keepAside } from './foreign.ts';
import { hasArchives, keepArchives } from './places.ts';
import { takeIn } from './take-in.ts';
import { MetadataView } from './view.ts';

const NAME = 'metadata.json';
/** The file is as old as this at most, milliseconds, unless it takes long to write. */
const INTERVAL = 1_000;

export interface MetadataFile {
  jobs: PeriodicJob[];
  /** Before the store is closed: a clean stop leaves it complete. */
  complete(): Promise<void>;
}

export interface MetadataFileParts {
  kontor: Kontor;
  services: Services;
  values: Values;
  logger: Logger;
  /** Public URL of the server. */
  base: () => string;
}

/**
 * With the profile pantry on files, `<data>/metadata.json`; otherwise nothing. If another server has left one there, what it tells of
 * is taken in first.
 */
export async function createMetadataFile(parts: MetadataFileParts): Promise<MetadataFile> {
  const { values, logger, base } = parts;
  const { store, catalogue } = parts.kontor;
  const registry = (await catalogue.registries()).find(({ name }) => name === 'npm');
  const { storage, profile, data } = values;
  if (profile !== 'pantry' || storage.kind !== 'files' || registry === undefined) {
    return { jobs: [], complete: () => Promise.resolve() };
  }
  const foreign = await isForeign(join(data, NAME));
  if (foreign) await takeInForeign(parts, registry, storage.path);
  if (foreign || (await hasArchives(storage.path))) {
    const kept = await keepArchives(storage.path);
    if (kept) logger.info({ kept }, `the archives of another server are kept in ${kept}`);
  }
  if (foreign) {
    const kept = await keepAside(data, NAME);
    logger.info({ kept }, `the ${NAME} of another server is kept as ${kept}`);
  }
  const life = previewLife(values);
  const view = new MetadataView({
    inventory: store.inventory,
    registryId: registry.id,
    file: join(data, NAME),
    base,
    goneUntil: () => (life === undefined ? -1 : systemClock() - life),
    elapsed: () => performance.now(),
  });
  return {
    jobs: [{ name: 'metadata file', interval: INTERVAL, run: () => view.update() }],
    complete: () =>
      view
        .complete()
        .catch((error: unknown) => logger.error({ err: error }, `error: ${NAME} is not complete`)),
  };
}

async function takeInForeign(
  { kontor, services, values, logger }: MetadataFileParts,
  registry: RegistryRow,
  storage: string,
): Promise<void> {
  const { store, catalogue, blobs } = kontor;
  const [owner] = await store.accounts.administrators();
  if (owner === undefined) {
    logger.warn(`nothing is taken in from ${NAME}: there is no administrator whose it could be`);
    return;
  }
  const { refused, ...counts } = await takeIn(join(values.data, NAME), {
    catalogue,
    blobs,
    registry,
    owner,
    storage,
    signer: services.signer,
    previews: {
      store: store.previews,
      rights: store.rights,
      gate: services.gate,
      blobs,
      clock: systemClock,
      life: previewLife(values),
    },
    clock: systemClock,
  });
  for (const sentence of refused) logger.warn(`not taken in from ${NAME}: ${sentence}`);
  logger.info({ ...counts, refused: refused.length, owner: owner.name }, `took in what ${NAME} tells of`);
}
