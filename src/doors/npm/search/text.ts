import { searchWords, type SearchQuery } from '../../../registry/index.ts';

/** What a search text asks for. */
export type SearchTerms = Pick<SearchQuery, 'words' | 'scope' | 'owner' | 'keywords'>;

const QUALIFIER = /^(author|maintainer|scope|keywords|is|not|boost-exact):(.*)$/is;

/**
 * Reads the text of a search: words, and the qualifiers of protocols/npm 5. `author:` and `maintainer:` both mean an owner of
 * the package; `is:`, `not:` and `boost-exact:` are left out of account, and so are keywords that are not wanted (`,-word`).
 * Null if the text can match nothing.
 */
export function readSearchText(text: string): SearchTerms | null {
  const terms: SearchTerms = { words: [], scope: null, owner: null, keywords: [] };
  const words = new Set<string>();
  let plain = 0;
  for (const token of text.split(/\s+/).filter(Boolean)) {
    const [, qualifier, value = ''] = QUALIFIER.exec(token) ?? [];
    if (qualifier === undefined) {
      plain += 1;
      for (const word of searchWords(token)) words.add(word);
    } else {
      qualify(terms, qualifier.toLowerCase(), value);
    }
  }
  terms.words = [...words];
  const narrowed = terms.scope !== null || terms.owner !== null || terms.keywords.length > 0;
  return plain > 0 && words.size === 0 && !narrowed ? null : terms;
}

function qualify(terms: SearchTerms, qualifier: string, value: string): void {
  switch (qualifier) {
    case 'author':
    case 'maintainer':
      terms.owner = value || null;
      break;
    case 'scope':
      terms.scope = value.replace(/^@/, '').toLowerCase() || null;
      break;
    case 'keywords':
      terms.keywords.push(...value.split(/[,+]/).filter((word) => word !== '' && !word.startsWith('-')));
  }
}
