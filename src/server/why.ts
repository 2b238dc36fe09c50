import { Fault } from '../kernel/index.ts';
import type { WhyAnswer } from '../registry/index.ts';
import type { Config } from './config/index.ts';
import { openKontor } from './kontor.ts';
import { createReading } from './reading.ts';

export interface WhyQuestion {
  registry: string;
  name: string;
  /** Or a tag; null: about the whole package. */
  version: string | null;
  /** Where the server itself is reached, which is never asked. */
  ownUrl: string;
  warn: (message: string) => void;
}

/**
 * Asks the store why versions are hidden, beside a running server or without one. Faults as `Why.ask`, and `registry_not_found`,
 * `not_found` if there is no store.
 */
export async function askWhy(config: Config, question: WhyQuestion): Promise<WhyAnswer> {
  const { registry, name, version, ownUrl, warn } = question;
  const kontor = await openKontor(config, { create: false });
  const reading = createReading({ kontor, values: config.values, ownUrls: () => [ownUrl], warn });
  try {
    const row = (await kontor.catalogue.registries()).find((one) => one.name === registry);
    if (row) return await reading.why.ask(row, name, version, 'operator');
    throw new Fault('registry_not_found', `There is no registry ${JSON.stringify(registry.slice(0, 80))}.`);
  } finally {
    await reading.close();
    await kontor.close();
  }
}
