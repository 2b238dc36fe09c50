import type { Catalogue } from '../ports/index.ts';
import { isPreviewKey } from './key.ts';
import type { PreviewStore } from './store.ts';

type Keys = Pick<Catalogue, 'knownKeys' | 'barKey'>;

/** The keys of everything that is stored: of versions, and of previews, whose rows are elsewhere. */
export function allKeys(catalogue: Keys, previews: Pick<PreviewStore, keyof Keys>): Keys {
  const ofKey = (key: string): Keys => (isPreviewKey(key) ? previews : catalogue);
  return {
    knownKeys: async (keys) => {
      const known = await Promise.all([
        catalogue.knownKeys(keys.filter((key) => !isPreviewKey(key))),
        previews.knownKeys(keys.filter(isPreviewKey)),
      ]);
      return known[0].union(known[1]);
    },
    barKey: (key, at) => ofKey(key).barKey(key, at),
  };
}
