import { isObject } from '../../kernel/index.ts';
/** A version that another server's file tells of. What stands in it is a stranger's word: nothing of it is checked but its form. */
export interface TakenVersion {
  name: string;
  version: string;
  /** Milliseconds; undefined if it does not tell. */
  publishedAt: number | undefined;
  /** SHA-256 of its archive, lower-case hex, if it tells. */
  sha256: string | undefined;
  /** What it says of the package, in the words of package.json. */
  description: Record<string, unknown>;
}

/** A package of a commit, likewise. */
export interface TakenCommit {
  sha: string;
  name: string;
  publishedAt: number | undefined;
  sha256: string | undefined;
  repository: string | undefined;
  packageDir: string | undefined;
  version: string | undefined;
}

export interface Taken {
  /** Oldest first. */
  versions: TakenVersion[];
  commits: TakenCommit[];
  /** What has not the form of either, by name. */
  unread: string[];
}

/** Fields of a record that package.json has too. */
const WORDS = ['description', 'repository', 'homepage', 'license', 'author', 'keywords'];

/**
 * Reads the metadata.json of Pantry's own server: protocols/pantry 8. Older ones are a map from names to records and nothing else.
 * Undefined if it is no such file.
 */
export function readMetadata(json: string): Taken | undefined {
  const root = parse(json);
  if (root === undefined) return undefined;
  const isWhole = root['version'] === 1 && isObject(root['packages']);
  const packages = isWhole ? root['packages'] : root;
  const commits = isWhole ? root['commits'] : {};
  const taken: Taken = { versions: [], commits: [], unread: [] };
  for (const [name, record] of entries(packages)) readPackage(taken, name, record);
  for (const [sha, list] of entries(commits)) readCommit(taken, sha, list);
  taken.versions.sort((one, other) => (one.publishedAt ?? 0) - (other.publishedAt ?? 0));
  return taken;
}

function readPackage(taken: Taken, name: string, record: unknown): void {
  const versions = isObject(record) ? record['versions'] : undefined;
  if (!isObject(record) || !isObject(versions)) {
    taken.unread.push(name);
    return;
  }
  const description = Object.fromEntries(
    WORDS.flatMap((word) => (word in record ? [[word, record[word]]] : [])),
  );
  for (const [version, entry] of entries(versions)) {
    if (isObject(entry)) taken.versions.push({ name, version, ...facts(entry), description });
    else taken.unread.push(`${name}@${version}`);
  }
}

function readCommit(taken: Taken, sha: string, list: unknown): void {
  if (!Array.isArray(list)) {
    taken.unread.push(`commit ${sha}`);
    return;
  }
  for (const entry of list as unknown[]) {
    const name = isObject(entry) ? text(entry['name']) : undefined;
    if (!isObject(entry) || name === undefined) taken.unread.push(`a package of commit ${sha}`);
    else {
      taken.commits.push({
        sha,
        name,
        ...facts(entry),
        repository: text(entry['repository']),
        packageDir: text(entry['packageDir']),
        version: text(entry['version']),
      });
    }
  }
}

function facts(entry: Readonly<Record<string, unknown>>): Pick<TakenVersion, 'publishedAt' | 'sha256'> {
  const at = Date.parse(text(entry['publishedAt']) ?? '');
  const digest = /^sha256:([0-9a-f]{64})$/i.exec(text(entry['checksum']) ?? '')?.[1];
  return { publishedAt: at >= 0 ? at : undefined, sha256: digest?.toLowerCase() };
}

function parse(json: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function entries(value: unknown): [string, unknown][] {
  return isObject(value) ? Object.entries(value) : [];
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
