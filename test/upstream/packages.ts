import { createHash } from 'node:crypto';
import { digestsOf, packageTarball } from '../setup/publish.ts';
import type { Script } from './scripted-upstream.ts';

/** A package as an npm registry has it: its packument and its tarballs by path (and query). */
export interface ScriptedPackage {
  packument: Packument;
  tarballs: Record<string, Buffer>;
}

export interface Packument {
  name: string;
  versions: Record<string, Record<string, unknown>>;
  'dist-tags': Record<string, string>;
  time: Record<string, string>;
  [more: string]: unknown;
}

export interface PackageOptions {
  /** ISO time of each version; default 2026-01-01. */
  time?: Record<string, string>;
  /** More fields for each version's manifest, such as `dependencies`. */
  manifest?: (version: string) => Record<string, unknown>;
  tags?: Record<string, string>;
  /** More files of each version's archive, where it is one. */
  files?: Record<string, string | Buffer>;
  /** Bytes of each version's tarball where nobody opens it; default some twenty thousand. */
  bytes?: (version: string) => Buffer;
  /** URL of a tarball; default npm's own layout below the base. */
  locate?: (file: TarballName) => string;
}

export interface TarballName {
  /** Where the registry is, with its slash. */
  base: string;
  name: string;
  version: string;
  /** `demo-1.0.0.tgz`: without a scope. */
  file: string;
}

/** Makes a package whose tarballs are any bytes: pulling them through does not open them. */
export function scriptedPackage(
  name: string,
  versions: string[],
  base: string,
  options: PackageOptions = {},
): ScriptedPackage {
  const bytes =
    options.bytes ?? ((version: string) => Buffer.from(`bytes of ${name} ${version} `.repeat(500)));
  const manifest = options.manifest ?? (() => ({ dependencies: { left: '^1.0.0' } }));
  return assemble(name, new Map(versions.map((version) => [version, bytes(version)])), base, {
    ...options,
    manifest: (version) => ({ readme: 'long', ...manifest(version) }),
  });
}

/** As `scriptedPackage`, with archives that npm and its like install. */
export async function realPackage(
  name: string,
  versions: string[],
  base: string,
  options: PackageOptions = {},
): Promise<ScriptedPackage> {
  const archives = new Map<string, Buffer>();
  for (const version of versions) {
    const manifest = { name, version, main: 'index.js', ...options.manifest?.(version) };
    const files = { 'package/package.json': JSON.stringify(manifest), ...options.files };
    archives.set(version, await packageTarball(name, version, files));
  }
  return assemble(name, archives, base, options);
}

function assemble(
  name: string,
  archives: Map<string, Buffer>,
  base: string,
  options: PackageOptions,
): ScriptedPackage {
  const tarballs: Record<string, Buffer> = {};
  const versions: Packument['versions'] = {};
  const time: Packument['time'] = {};
  const folder = base.endsWith('/') ? base : `${base}/`;
  for (const [version, bytes] of archives) {
    const file = `${name.split('/').at(-1)}-${version}.tgz`;
    const tarball = (options.locate ?? npmLayout)({ base: folder, name, version, file });
    const { pathname, search } = new URL(tarball);
    tarballs[pathname + search] = bytes;
    const dist = { tarball, ...digestsOf(bytes), fileCount: 3 };
    versions[version] = { name, version, ...options.manifest?.(version), dist };
    time[version] = options.time?.[version] ?? '2026-01-01T00:00:00.000Z';
  }
  const tags = { latest: [...archives.keys()].at(-1) ?? '', ...options.tags };
  return {
    packument: {
      _id: name,
      _rev: '3-abc',
      name,
      'dist-tags': tags,
      versions,
      time,
      users: { someone: true },
    },
    tarballs,
  };
}

/** `<base>/@scope/name/-/name-1.0.0.tgz`, as npm's registry has it. */
export function npmLayout({ base, name, file }: TarballName): string {
  return `${base}${name}/-/${file}`;
}

/** `<base>/download/@scope/name/1.0.0/<digest>`: no file name in it at all, as at GitHub Packages. */
export function githubLayout({ base, name, version }: TarballName): string {
  return `${base}download/${name}/${version}/${sha1(name + version)}`;
}

/** `<base>/~/11/@scope/name/1.0.0.tgz`, as at JSR. */
export function jsrLayout({ base, name, version }: TarballName): string {
  return `${base}~/11/${name}/${version}.tgz`;
}

/** `<base>/files?name=…&signature=…`: all in the query. */
export function queryLayout({ base, name, file }: TarballName): string {
  return `${base}files?name=${encodeURIComponent(name)}&file=${file}&signature=${sha1(file)}`;
}

/** Serves packages as a registry does: packuments with ETag and 304, tarballs with their length, else 404. */
export function serves(...packages: ScriptedPackage[]): Script {
  const documents = new Map<string, { body: string; etag: string }>();
  const files = new Map<string, Buffer>();
  for (const { packument, tarballs } of packages) {
    const body = JSON.stringify(packument);
    documents.set(`/${packument.name}`.toLowerCase(), { body, etag: `"${sha1(body)}"` });
    for (const [path, bytes] of Object.entries(tarballs)) files.set(path, bytes);
  }
  return (request, response) => {
    const path = request.url ?? '';
    const file = files.get(path);
    const document = documents.get(path.toLowerCase().replace('%2f', '/'));
    if (file) {
      const headers = { 'content-type': 'application/octet-stream', 'content-length': file.length };
      response.writeHead(200, headers).end(file);
    } else if (!document) response.writeHead(404).end('{"error":"Not found"}');
    else if (request.headers['if-none-match'] === document.etag) {
      response.writeHead(304, { etag: document.etag }).end();
    } else {
      const headers = { etag: document.etag, 'content-type': 'application/json' };
      response.writeHead(200, headers).end(document.body);
    }
  };
}

/** The package with its packument changed: another name, a version gone, a wrong digest, a deprecation. */
export function edited(scripted: ScriptedPackage, change: (packument: Packument) => void): ScriptedPackage {
  const packument = structuredClone(scripted.packument);
  change(packument);
  return { ...scripted, packument };
}

function sha1(text: string): string {
  return createHash('sha1').update(text).digest('hex');
}
