import { glob, readFile, stat } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { parse } from 'yaml';
import { errnoOf, Fault } from '../../kernel/index.ts';

/** Something to publish: a folder that is to be packed, or an archive that was. */
export interface Source {
  kind: 'folder' | 'archive';
  /** Absolute. */
  path: string;
}

/** A package.json that is not to be published, and why. */
export interface Skipped {
  path: string;
  reason: string;
}

export interface FoundPackages {
  sources: Source[];
  skipped: Skipped[];
}

interface Manifest {
  private?: unknown;
  workspaces?: unknown;
}

/**
 * The packages that `patterns` name: folders, globs of folders, `.tgz` archives. A root of workspaces stands for these if it is private
 * itself, or if `workspaces` says so. Fault `bad_request` for what is no package.
 *
 * @param patterns relative to `cwd`
 */
export async function findPackages(
  patterns: readonly string[],
  { cwd, workspaces }: { cwd: string; workspaces: boolean },
): Promise<FoundPackages> {
  const found = new Map<string, Source>();
  const skipped = new Map<string, string>();
  for (const { path, isAsked } of await pathsOf(patterns, cwd)) {
    if (path.endsWith('.tgz')) {
      found.set(path, { kind: 'archive', path });
      continue;
    }
    const manifest = await manifestIn(path);
    if (manifest === undefined) {
      // A glob names whatever lies there.
      if (isAsked) throw new Fault('bad_request', `${shown(path, cwd)} holds no package.json.`);
      continue;
    }
    const members = workspaces || manifest.private === true ? await membersOf(path, manifest) : [];
    for (const member of members) await take(member);
    if (members.length === 0 || manifest.private !== true) await take(path);
  }
  return {
    sources: [...found.values()],
    skipped: [...skipped].map(([path, reason]) => ({ path: shown(path, cwd), reason })),
  };

  async function take(path: string): Promise<void> {
    const manifest = await manifestIn(path);
    if (manifest?.private === true) skipped.set(path, 'it is private');
    else if (manifest) found.set(path, { kind: 'folder', path });
  }
}

async function pathsOf(
  patterns: readonly string[],
  cwd: string,
): Promise<{ path: string; isAsked: boolean }[]> {
  const paths: { path: string; isAsked: boolean }[] = [];
  for (const pattern of patterns) {
    if (!/[*?[\]{}]/.test(pattern)) paths.push({ path: await existing(pattern, cwd), isAsked: true });
    else for (const path of await expand([pattern], cwd)) paths.push({ path, isAsked: false });
  }
  return paths;
}

async function existing(path: string, cwd: string): Promise<string> {
  const whole = resolve(cwd, path);
  const kind = await stat(whole).catch((cause: unknown) => {
    throw new Fault('bad_request', `${path} cannot be read (${errnoOf(cause) ?? 'unknown error'}).`, {
      cause,
    });
  });
  if (kind.isDirectory() === !whole.endsWith('.tgz')) return whole;
  throw new Fault('bad_request', `${path} is neither the folder of a package nor an archive (.tgz).`);
}

/** Workspaces of npm, yarn and bun stand in package.json, those of pnpm in a file of its own. */
async function membersOf(root: string, { workspaces }: Manifest): Promise<string[]> {
  const listed = Array.isArray(workspaces) ? workspaces : fieldOf(workspaces, 'packages');
  const patterns = textsOf(listed ?? fieldOf(await pnpmWorkspace(root), 'packages'));
  return patterns.length === 0 ? [] : (await expand(patterns, root)).filter((path) => path !== root);
}

async function pnpmWorkspace(root: string): Promise<unknown> {
  const text = await textOf(join(root, 'pnpm-workspace.yaml'));
  try {
    return text === undefined ? undefined : (parse(text) as unknown);
  } catch (cause) {
    throw new Fault('bad_request', 'pnpm-workspace.yaml is not valid YAML.', { cause });
  }
}

/** Paths that patterns match, in order; those that begin with `!` take away. */
async function expand(patterns: readonly string[], cwd: string): Promise<string[]> {
  const without = patterns.filter((pattern) => pattern.startsWith('!')).map((pattern) => pattern.slice(1));
  const found = new Set<string>();
  for (const pattern of patterns.filter((text) => !text.startsWith('!'))) {
    const options = { cwd, exclude: ['**/node_modules/**', ...without.map(trimmed)] };
    for await (const path of glob(trimmed(pattern), options)) found.add(resolve(cwd, path));
  }
  return [...found].toSorted();
}

function trimmed(pattern: string): string {
  return pattern.replace(/^\.\//, '').replace(/\/+$/, '');
}

async function manifestIn(folder: string): Promise<Manifest | undefined> {
  const text = await textOf(join(folder, 'package.json'));
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // As for anything that is no object.
  }
  throw new Fault('bad_request', `${join(folder, 'package.json')} holds no JSON object.`);
}

async function textOf(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    if (['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '')) return undefined;
    throw error;
  });
}

function fieldOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((text): text is string => typeof text === 'string') : [];
}

function shown(path: string, cwd: string): string {
  return relative(cwd, path) || '.';
}
