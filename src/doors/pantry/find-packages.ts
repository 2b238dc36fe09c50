import type { Principal } from '../../accounts/index.ts';
import { aboutPackage, npmRanges } from '../../formats/npm/index.ts';
import { readerId } from '../../policy/index.ts';
import { searchWords, type RegistryRow, type SearchHit } from '../../registry/index.ts';
import { gatedHits } from '../gated-hits.ts';
import type { PantryDoorOptions } from './options.ts';
import { createRemoteSearch, type SearchEntry } from './remote-search.ts';

/** Finds packages that whoever asks may see: ours first, and then what upstreams add to fill the list. */
export type FindPackages = (
  registry: RegistryRow,
  query: string,
  limit: number,
  principal: Principal,
) => Promise<SearchEntry[]>;

export function createFinder(
  options: Pick<PantryDoorOptions, 'catalogue' | 'reader' | 'answers'>,
): FindPackages {
  const { catalogue, reader } = options;
  const remoteSearch = createRemoteSearch(options);

  return async (registry, query, limit, principal) => {
    const terms = searchWords(query);
    // A text without a letter or digit begins no word.
    const { hits } =
      query !== '' && terms.length === 0
        ? { hits: [] }
        : await catalogue.search({
            words: terms,
            // Nothing comes first for its name: what is downloaded most does.
            typed: '',
            scope: null,
            owner: null,
            keywords: [],
            registryId: registry.id,
            readerId: readerId(principal, registry.name),
            limit,
            offset: 0,
          });
    const shown = await gatedHits({ reader, catalogue, ranges: npmRanges }, registry, hits);
    const results = shown.map(entryOf);
    if (results.length >= limit || query === '') return results;
    const names = new Set(results.map(({ name }) => name));
    const more = await remoteSearch(registry, query, principal);
    return [...results, ...more.filter(({ name }) => !names.has(name)).slice(0, limit - results.length)];
  };
}

function entryOf({ name, version, manifest, downloads }: SearchHit): SearchEntry {
  const { description, keywords, author } = aboutPackage(manifest === null ? {} : JSON.parse(manifest));
  return { name, version: version ?? '', description, keywords, author, downloads };
}
