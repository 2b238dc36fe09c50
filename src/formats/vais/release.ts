import { Fault } from '../../kernel/light/index.ts';
import type { VaisDependencies, VaisDependency } from './dependencies.ts';
import type { VaisManifest } from './manifest.ts';
import type { IndexEntry, ReleaseDependency, VaisRelease } from './stored-release.ts';

/** What a package says of itself beside name, version and dependencies; undefined or empty where it says nothing. */
export type About = Pick<
  VaisManifest,
  | 'description'
  | 'license'
  | 'homepage'
  | 'repository'
  | 'documentation'
  | 'authors'
  | 'keywords'
  | 'categories'
>;

/** Characters, and items of a list: what a client may have to hold of each package in its memory has an end. */
const LONGEST = { description: 4000, url: 2000, text: 200, items: 100, dependencies: 1000 };
/** Items of a list and characters of each. What is in `/categories` comes from everybody, and everybody reads it. */
const LISTS = {
  authors: { items: 100, characters: 200 },
  keywords: { items: 50, characters: 64 },
  categories: { items: 10, characters: 64 },
} as const;
/** Bytes of a version in the index, which every client downloads whole: protocols/vais 2. */
const LARGEST_ENTRY = 16 * 1024;

/**
 * What is kept of a version: the manifest counts, and `sent` has the description and its like where the manifest is silent. Fault
 * `bad_request` for what would make the index large or unreadable: registries ask this at a publish, and clients before one.
 */
export function releaseOf(manifest: VaisManifest, sent: About = manifest): VaisRelease {
  const text = (key: TextKey): string | undefined => manifest[key] || sent[key] || undefined;
  const list = (key: ListKey): string[] => {
    const own = tidied(manifest[key]);
    return own.length > 0 ? own : tidied(sent[key]);
  };
  const release: VaisRelease = {
    name: manifest.name,
    version: manifest.version,
    authors: list('authors'),
    keywords: list('keywords'),
    categories: list('categories'),
    dependencies: [
      ...dependenciesOf(manifest.dependencies, 'normal'),
      ...dependenciesOf(manifest.devDependencies, 'dev'),
    ],
  };
  for (const key of TEXTS) {
    const value = text(key);
    if (value === undefined) continue;
    checkText(
      key,
      value,
      key === 'license' ? LONGEST.text : key === 'description' ? LONGEST.description : LONGEST.url,
    );
    release[key] = value;
  }
  for (const key of LIST_KEYS) checkTexts(key, release[key], LISTS[key]);
  return release;
}

/** The version as the index lists it. Fault `bad_request` for one that is too large. */
export function indexEntry(
  { version, dependencies }: VaisRelease,
  { sha256, size }: { sha256: string; size: number },
): IndexEntry {
  const normal = dependencies.filter(({ kind }) => kind === 'normal');
  const entry: IndexEntry = {
    version,
    checksum: sha256,
    ...(normal.length > 0 && {
      dependencies: Object.fromEntries(
        normal.map(({ name, version_req: req, features, optional, target }) => [
          name,
          { req, ...(features && { features }), ...(optional && { optional }), ...(target && { target }) },
        ]),
      ),
    }),
    size,
  };
  if (Buffer.byteLength(JSON.stringify(entry)) <= LARGEST_ENTRY) return entry;
  throw new Fault(
    'bad_request',
    `The dependencies of this version take more than ${LARGEST_ENTRY} bytes in the index; name fewer, or fewer features of them.`,
  );
}

const TEXTS = ['description', 'license', 'homepage', 'repository', 'documentation'] as const;
const LIST_KEYS = ['authors', 'keywords', 'categories'] as const;
type TextKey = (typeof TEXTS)[number];
type ListKey = (typeof LIST_KEYS)[number];

/** Without blanks around them, and without what is empty or there already. */
function tidied(texts: readonly string[]): string[] {
  return [...new Set(texts.map((text) => text.trim()))].filter((text) => text !== '');
}

function dependenciesOf(wanted: VaisDependencies, kind: ReleaseDependency['kind']): ReleaseDependency[] {
  const entries = Object.entries(wanted);
  if (entries.length > LONGEST.dependencies) {
    throw new Fault(
      'bad_request',
      `There are more than ${LONGEST.dependencies} ${kind} dependencies; name fewer.`,
    );
  }
  return entries.map(([name, dependency]) => readDependency(name, dependency, kind));
}

function readDependency(
  name: string,
  { requirement, features = [], optional, target }: VaisDependency,
  kind: ReleaseDependency['kind'],
): ReleaseDependency {
  checkText(`constraint on ${name}`, requirement, LONGEST.text);
  checkTexts(`features of ${name}`, features);
  if (target !== undefined) checkText(`target of ${name}`, target, LONGEST.text);
  return {
    name,
    version_req: requirement,
    ...(features.length > 0 && { features }),
    ...(optional === true && { optional }),
    ...(target !== undefined && { target }),
    kind,
  };
}

function checkTexts(
  what: string,
  texts: string[],
  { items, characters }: { items: number; characters: number } = {
    items: LONGEST.items,
    characters: LONGEST.text,
  },
): void {
  if (texts.length > items) {
    throw new Fault('bad_request', `There are more than ${items} ${what}; name fewer.`);
  }
  for (const text of texts) checkText(what, text, characters, ANY_CONTROL);
}

/** PostgreSQL keeps no NUL, and not every JSON reader takes half of a surrogate pair. */
function checkText(what: string, text: string, longest: number, refused = CONTROL): void {
  if (text.length > longest) {
    throw new Fault('bad_request', `The ${what} has more than ${longest} characters; shorten it.`);
  }
  if (!text.isWellFormed() || refused.test(text)) {
    throw new Fault('bad_request', `The ${what} holds a control character; take it out.`);
  }
}

// eslint-disable-next-line no-control-regex -- they are what is looked for
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;
/** What stands in a list is one line. */
const ANY_CONTROL = /\p{Cc}/u;
