import { isoTime } from '../../../kernel/index.ts';
import type { SearchHit } from '../../../registry/index.ts';

/** Somebody, as search answers have them. */
interface Person {
  username: string;
  email: string;
}

/**
 * We order, and do not score: equal scores leave the order to whoever sorts by them.
 */
const SCORE = { final: 1, detail: { quality: 1, popularity: 1, maintenance: 1 } };

/** An entry of `objects` in a search answer: protocols/npm 5. What a manifest holds is a stranger's word, so each field is looked at. */
export function searchEntry(hit: SearchHit, base: string): object {
  const manifest = (hit.manifest === null ? {} : JSON.parse(hit.manifest)) as Record<string, unknown>;
  // npm prints these of every entry, and fails without the list.
  const maintainers = hit.owners.map(({ name, email }): Person => ({ username: name, email: email ?? '' }));
  return {
    package: {
      name: hit.name,
      scope: /^@([^/]+)\//.exec(hit.name)?.[1] ?? 'unscoped',
      version: hit.version ?? '',
      description: text(manifest['description']),
      keywords: keywords(manifest['keywords']),
      date: isoTime(hit.publishedAt ?? hit.updatedAt),
      links: {
        npm: `${base}/${hit.name}`,
        homepage: link(manifest['homepage']),
        repository: link(repository(manifest['repository'])),
        bugs: link(inside(manifest['bugs'], 'url')),
      },
      author: person(manifest['author']),
      publisher: publisher(manifest['_npmUser']) ?? maintainers[0],
      maintainers,
      license: text(manifest['license']),
    },
    score: SCORE,
    searchScore: 1,
  };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The field of an object, or what stands in its place in the short form. */
function inside(value: unknown, field: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[field] : value;
}

/** npm calls a method of each. */
function keywords(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((word) => typeof word === 'string') : [];
}

function person(value: unknown): { name: string; email?: string; url?: string } | undefined {
  const name = text(inside(value, 'name'));
  if (name === undefined) return undefined;
  if (typeof value === 'string') return { name };
  const email = text(inside(value, 'email'));
  const url = link(inside(value, 'url'));
  return { name, ...(email !== undefined && { email }), ...(url !== undefined && { url }) };
}

function publisher(npmUser: unknown): Person | undefined {
  const name = text(inside(npmUser, 'name'));
  return name === undefined ? undefined : { username: name, email: text(inside(npmUser, 'email')) ?? '' };
}

/** `git+https://…` and `git://…` as a page that a browser can open. */
function repository(value: unknown): string | undefined {
  return text(inside(value, 'url'))
    ?.replace(/^git\+(?=https?:)/, '')
    .replace(/^git:\/\//, 'https://')
    .replace(/\.git$/, '');
}

/** Somebody will click on it: only the web's own schemes. */
function link(value: unknown): string | undefined {
  const url = text(value);
  return url !== undefined && /^https?:\/\//i.test(url) && URL.canParse(url) ? url : undefined;
}
