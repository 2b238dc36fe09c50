import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { cacheFolder } from '../../test/setup/cache.ts';
import { startKontor } from './kontor.ts';
import type { Site } from './nginx.ts';
import { fetchOk, packageUrl } from './registry-client.ts';
import { verdaccioProject } from './verdaccio.ts';

/** Stands for the base URL in stored documents. */
export const BASE = '@BASE@';
const AT_ONCE = 4;

/** Names to the versions that the application's lock file asks for. */
export async function lockedVersions(): Promise<Map<string, Set<string>>> {
  const lock = JSON.parse(await readFile(join(verdaccioProject, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { name?: string; version?: string }>;
  };
  const versions = new Map<string, Set<string>>();
  for (const [path, { name, version }] of Object.entries(lock.packages)) {
    if (path === '' || version === undefined) continue;
    const called = name ?? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    versions.set(called, (versions.get(called) ?? new Set()).add(version));
  }
  return versions;
}

/**
 * All packages of the application as an upstream has them: full documents and tarballs, pulled once through Kontor from
 * the registry that this machine's npm is set up for, and kept outside of the tree. Resolves to the folder.
 */
export async function applicationFixture(): Promise<string> {
  const cache = cacheFolder();
  const lock = await readFile(join(verdaccioProject, 'package-lock.json'));
  const target = join(cache, `application-${createHash('sha256').update(lock).digest('hex').slice(0, 20)}`);
  if (existsSync(target)) return target;
  const building = await mkdtemp(join(cache, 'pulling-'));
  try {
    await pull(building);
    await rename(building, target);
  } finally {
    await rm(building, { recursive: true, force: true });
  }
  return target;
}

async function pull(folder: string): Promise<void> {
  const home = await mkdtemp(join(folder, 'kontor-'));
  // Only here do settings of whoever runs this count: they lead to the registry.
  const settings = Object.entries(process.env).filter(
    ([name, value]) => value !== undefined && /^(?:HOME|npm_config_.*|.*_proxy)$/i.test(name),
  );
  const env = Object.fromEntries(settings) as Record<string, string>;
  const kontor = await startKontor(home, { upstream: 'npm', env });
  try {
    const open = [...(await lockedVersions())];
    const puller = async () => {
      for (let entry = open.pop(); entry !== undefined; entry = open.pop()) {
        await pullPackage(folder, kontor.registry, ...entry);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, puller));
  } finally {
    await kontor.stop();
    await rm(home, { recursive: true, force: true });
  }
}

async function pullPackage(folder: string, registry: string, name: string, versions: Set<string>) {
  const { body } = await fetchOk(packageUrl(registry, name));
  const text = body.toString('utf8');
  const document = JSON.parse(text) as { versions: Record<string, { dist: { tarball: string } }> };
  await store(join(folder, 'documents', name), text.replaceAll(registry, BASE));
  for (const version of versions) {
    const url = document.versions[version]?.dist.tarball;
    if (url === undefined) throw new Error(`${name} has no version ${version}.`);
    const tarball = await fetchOk(url);
    await store(join(folder, 'tarballs', name, url.slice(url.lastIndexOf('/') + 1)), tarball.body);
  }
}

/** Puts the fixture into a site that will be served at `registry`. */
export async function fillSite(site: Site, fixture: string, registry: string): Promise<void> {
  for (const [name, file] of await filesBelow(join(fixture, 'documents'))) {
    const text = await readFile(file, 'utf8');
    await site.document(name, gzipSync(text.replaceAll(BASE, registry)));
  }
  for (const [path, file] of await filesBelow(join(fixture, 'tarballs'))) {
    const cut = path.lastIndexOf('/');
    await site.tarball(path.slice(0, cut), path.slice(cut + 1), await readFile(file));
  }
}

/** Pairs of the path below `folder` and the whole path. */
async function filesBelow(folder: string): Promise<[string, string][]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => [path.slice(folder.length + 1), path]);
}

async function store(path: string, content: string | Buffer): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}
