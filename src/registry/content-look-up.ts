import type { Principal } from '../accounts/index.ts';
import { isFault } from '../kernel/index.ts';
import { readerId } from '../policy/index.ts';
import type { NameRules } from './gate/index.ts';
import type { ContentHashes, HashedVersion, RegistryRow } from './ports/index.ts';
import type { Reader } from './reader.ts';

/** Versions with the same content that are looked at in one go. */
const PAGE = 20;

/** Finds versions by what is in them. What may not be seen, or may not go out, is not told of. */
export class ContentLookUp {
  readonly #hashes: ContentHashes;
  readonly #reader: Pick<Reader, 'rulesOf' | 'admit'>;

  constructor(hashes: ContentHashes, reader: Pick<Reader, 'rulesOf' | 'admit'>) {
    this.#hashes = hashes;
    this.#reader = reader;
  }

  /** The first that was published of those with this content. */
  async find(registry: RegistryRow, hash: string, principal: Principal): Promise<HashedVersion | undefined> {
    const query = {
      registryId: registry.id,
      hash,
      readerId: readerId(principal, registry.name),
      limit: PAGE,
    };
    for (let afterId = 0; ;) {
      const page = await this.#hashes.find({ ...query, afterId });
      if (page.length === 0) return undefined;
      const rules = await this.#reader.rulesOf(registry, [...new Set(page.map(({ name }) => name))]);
      const open = page.find((candidate) => this.#goesOut(registry, candidate, rules.get(candidate.name)));
      const last = page.at(-1);
      if (open !== undefined || last === undefined || page.length < PAGE) return open;
      afterId = last.versionId;
    }
  }

  #goesOut(registry: RegistryRow, { name, version }: HashedVersion, rules: NameRules | undefined): boolean {
    if (rules === undefined) return false;
    try {
      this.#reader.admit(registry, name, rules.local, { version, time: null });
      return true;
    } catch (error) {
      if (isFault(error, 'version_hidden')) return false;
      throw error;
    }
  }
}
