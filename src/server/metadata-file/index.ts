import { join } from 'node:path';
import type { Logger } from 'pino';
import { systemClock } from '../../kernel/index.ts';
import type { Values } from '../config/index.ts';
import type { PeriodicJob } from '../jobs.ts';
import type { Kontor } from '../kontor.ts';
import { previewLife } from '../preview-life.ts';
import { isForeign, keepAside } from './foreign.ts';
import { MetadataView } from './view.ts';

/** The file is as old as this at most, milliseconds, unless it takes long to write. */
const INTERVAL = 1_000;

const NAME = 'metadata.json';

export interface MetadataFile {
  jobs: PeriodicJob[];
  /** Before the store is closed: a clean stop leaves it complete. */
  complete(): Promise<void>;
}

/** With the profile pantry on files, `<data>/metadata.json`; otherwise nothing. `base` is the public URL of the server. */
export async function createMetadataFile(
  { store, catalogue }: Kontor,
  values: Values,
  { base, logger }: { base: () => string; logger: Logger },
): Promise<MetadataFile> {
  const registry = (await catalogue.registries()).find(({ name }) => name === 'npm');
  if (values.profile !== 'pantry' || values.storage.kind !== 'files' || registry === undefined) {
    return { jobs: [], complete: () => Promise.resolve() };
  }
  if (await isForeign(join(values.data, NAME))) {
    const kept = await keepAside(values.data, NAME);
    logger.warn({ kept }, `metadata.json is another server's: it is kept as ${kept}`);
  }
  const life = previewLife(values);
  const view = new MetadataView({
    inventory: store.inventory,
    registryId: registry.id,
    file: join(values.data, NAME),
    base,
    goneUntil: () => (life === undefined ? -1 : systemClock() - life),
    elapsed: () => performance.now(),
  });
  return {
    jobs: [{ name: 'metadata file', interval: INTERVAL, run: () => view.update() }],
    complete: () =>
      view
        .complete()
        .catch((error: unknown) => logger.error({ err: error }, 'error: metadata.json is not complete')),
  };
}
