import { setTimeout as sleep } from 'node:timers/promises';
import type { Principal } from '../../accounts/index.ts';
import { npmRanges, npmSearch, type FoundPackage } from '../../formats/npm/index.ts';
import { isFault, systemClock } from '../../kernel/index.ts';
import { judge } from '../../policy/index.ts';
import type { RegistryRow } from '../../registry/index.ts';
import type { PantryDoorOptions } from './options.ts';
import { namesIn } from './query-names.ts';

/** An entry of a search's results: protocols/pantry 2. */
export interface SearchEntry {
  name: string;
  version: string;
  description: string | undefined;
  keywords: string[] | undefined;
  author: string | undefined;
  downloads: number;
}

/** Whoever searches waits no longer than this for what an upstream has to add, milliseconds. */
const PATIENCE = 5000;

/** What the upstreams of a registry find; nothing where they cannot be asked. */
export type RemoteSearch = (
  registry: RegistryRow,
  query: string,
  principal: Principal,
) => Promise<SearchEntry[]>;

export function createRemoteSearch({
  reader,
  answers,
}: Pick<PantryDoorOptions, 'reader' | 'answers'>): RemoteSearch {
  const ask = async (registry: RegistryRow, query: string, principal: Principal): Promise<string[]> => {
    const told = namesIn(query);
    const { scope, names } = await reader.outward(registry, told, principal);
    // A name that is ours is no upstream's business, even as a word to search for.
    if (names.length < told.length) return [];
    return answers.each(scope, npmSearch(query));
  };

  return async (registry, query, principal) => {
    const asking = ask(registry, query, principal);
    const patience = new AbortController();
    const late = sleep(PATIENCE, [], { signal: patience.signal, ref: false }).catch(() => []);
    try {
      const texts = await Promise.race([asking, late]);
      const found = texts.flatMap((text) => JSON.parse(text) as FoundPackage[]);
      return await shown(reader, registry, found, principal);
    } catch (error) {
      if (!isFault(error)) throw error;
      return [];
    } finally {
      patience.abort();
      asking.catch(() => undefined);
    }
  };
}

/** Without what is ours, whoever may see it, and without what the gate hides. */
async function shown(
  reader: PantryDoorOptions['reader'],
  registry: RegistryRow,
  found: FoundPackage[],
  principal: Principal,
): Promise<SearchEntry[]> {
  const byName = new Map(found.map((entry) => [entry.name, entry]));
  const { names } = await reader.outward(registry, [...byName.keys()], principal);
  const rules = await reader.rulesOf(registry, names);
  const now = systemClock();
  return names.flatMap((name) => {
    const entry = byName.get(name);
    const gate = rules.get(name);
    if (entry === undefined || gate === undefined || gate.whole) return [];
    const { version, description, keywords, author, time } = entry;
    if (judge(gate.upstream, { version, time }, now, npmRanges).length > 0) return [];
    return [{ name, version, description, keywords, author, downloads: 0 }];
  });
}
