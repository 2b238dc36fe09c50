import { openIndex } from '../../client/cache/index.ts';
import { vaisHome } from '../../client/credentials/index.ts';
import { Refusal, type PackageIndex, type RegistryClient } from '../../client/registry/index.ts';
import { isFault, printable } from '../../kernel/light/index.ts';
import { command, Misuse } from './command.ts';
import type { Context } from './context.ts';
import { manifestsRegistry } from './manifests-registry.ts';
import { openRegistry, registryOption } from './registry.ts';

/** Asks the registry; offline, and at a registry that cannot search, the index is looked through. */
export const search = command({
  arguments: 'QUERY',
  options: {
    ...registryOption,
    limit: { value: 'N', about: 'so many at most (20)' },
    sort: {
      value: 'HOW',
      choices: ['relevance', 'downloads', 'newest', 'name'],
      about: 'relevance, downloads, newest or name',
    },
    category: { value: 'NAME', about: 'only packages of this category' },
    keyword: { value: 'WORD', about: 'only packages with this keyword' },
    offline: { about: 'look through the index that is on this machine' },
  },
  run: async (context, [text = ''], given) => {
    const query: Query = { ...given, text, limit: limitFrom(given.limit) };
    const { client } = await openRegistry(context, given, await manifestsRegistry(context, given));
    try {
      const found = await find(context, client, query);
      show(context, query, found);
      return 0;
    } finally {
      client.close();
    }
  },
});

interface Query {
  text: string;
  limit: number;
  sort?: string;
  category?: string;
  keyword?: string;
  offline?: true;
}

interface Hit {
  name: string;
  version: string;
  description: string;
}

interface Found {
  hits: Hit[];
  /** Of all that there are. */
  total: number;
  from: 'registry' | 'index' | 'copy';
}

const MOST = 100;

function limitFrom(text = '20'): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new Misuse(`--limit is a whole number above 0, not '${text}'`);
}

async function find(context: Context, client: RegistryClient, query: Query): Promise<Found> {
  const home = vaisHome(context.env);
  if (query.offline)
    return { ...(await lookThrough(await openIndex(client, { home, offline: true }), query)), from: 'copy' };
  try {
    const found = await ask(client, query);
    if (found !== undefined) return { ...found, from: 'registry' };
    context.note(
      `What answers at ${client.base}/search is no Vais registry's search: this is from its index.`,
    );
    return { ...(await lookThrough(await openIndex(client, { home }), query)), from: 'index' };
  } catch (error) {
    // A registry of files, or an older one.
    if (error instanceof Refusal && [404, 405, 501].includes(error.httpStatus)) {
      const index = await openIndex(client, { home, warn: context.warn });
      return { ...(await lookThrough(index, query)), from: 'index' };
    }
    if (!isFault(error, 'unavailable')) throw error;
    const copy = await openIndex(client, { home, offline: true }).catch(() => undefined);
    if (copy === undefined) throw error;
    context.warn(error.message);
    context.note('This is what the index on this machine has, which may be old.');
    return { ...(await lookThrough(copy, query)), from: 'copy' };
  }
}

/** Undefined if the answer is another service's: at the root of a server with several registries, /search may be that of another format. */
async function ask(client: RegistryClient, query: Query): Promise<Omit<Found, 'from'> | undefined> {
  const hits: Hit[] = [];
  for (;;) {
    const page = await client.search({
      q: query.text,
      limit: String(Math.min(MOST, query.limit - hits.length)),
      offset: String(hits.length),
      ...(query.sort !== undefined && { sort: query.sort }),
      ...(query.category !== undefined && { category: query.category }),
      ...(query.keyword !== undefined && { keyword: query.keyword }),
    });
    const { packages, total } = (page ?? {}) as { packages?: unknown; total?: unknown };
    if (!Array.isArray(packages)) return undefined;
    const more = packages.map(readHit).filter((hit) => hit !== undefined);
    hits.push(...more);
    const all = typeof total === 'number' ? total : hits.length;
    if (more.length === 0 || hits.length >= Math.min(all, query.limit)) return { hits, total: all };
  }
}

function readHit(value: unknown): Hit | undefined {
  const { name, latest_version: version, description } = (value ?? {}) as Record<string, unknown>;
  if (typeof name !== 'string' || typeof version !== 'string') return undefined;
  return { name, version, description: typeof description === 'string' ? description : '' };
}

/** As the client of Vais searches: in names, descriptions and keywords. */
async function lookThrough(index: PackageIndex, query: Query): Promise<Omit<Found, 'from'>> {
  const { newestVersion } = await import('../../kernel/semver/light/index.ts');
  const wanted = query.text.toLowerCase();
  const hits: Hit[] = [];
  for (const name of index.names()) {
    const found = index.package(name);
    if (found === undefined) continue;
    const { description = '', keywords } = found;
    const texts = [name, description, ...keywords].map((text) => text.toLowerCase());
    if (!texts.some((text) => text.includes(wanted))) continue;
    if (query.keyword !== undefined && !keywords.includes(query.keyword)) continue;
    const version = newestVersion(found.versions.filter(({ yanked }) => !yanked).map((one) => one.version));
    if (version !== undefined) hits.push({ name, version, description });
  }
  return { hits: hits.slice(0, query.limit), total: hits.length };
}

function show(context: Context, { text }: Query, { hits, total, from }: Found): void {
  const { paint, print, note, document } = context;
  document({ packages: hits, total, from });
  if (hits.length === 0) return print(`No packages found for '${text}'.`);
  // The original's words, whatever the number: scripts look for them.
  print(`${hits.length} packages found:`);
  for (const { name, version, description } of hits) {
    print(`  ${paint.bold(printable(name))} ${paint.dim(`v${printable(version)}`)}`);
    if (description !== '') print(`    ${printable(description)}`);
  }
  if (total > hits.length) note(`There are ${total} in all: --limit ${total} shows them.`);
}
