import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { scriptedServer, type ScriptedServer, type SeenRequest } from './scripted-server.ts';
import { vaisTarball, type VaisPackageWish } from './vais-packages.ts';

export interface ScriptedPackage extends VaisPackageWish {
  yanked?: boolean;
}

export interface ScriptedRegistry extends ScriptedServer {
  /** Publishes, or publishes again with other bytes. */
  add(...packages: ScriptedPackage[]): Promise<void>;
  yank(name: string, version: string): void;
  /** An entry of the index in place of what it would be. */
  lie(name: string, version: string, entry: Record<string, unknown>): void;
  checksum(name: string, version?: string): string;
}

/** Answers in place of the registry; `honest` lets it answer. */
export type Twist = (request: SeenRequest, response: ServerResponse, honest: () => void) => unknown;

interface Version {
  wish: ScriptedPackage;
  tarball: Buffer;
  lie?: Record<string, unknown>;
}

/** A Vais registry of the few things that a client reads, which `twist` can make bad. */
export async function scriptedRegistry(
  packages: readonly ScriptedPackage[] = [],
  twist?: Twist,
): Promise<ScriptedRegistry> {
  const versions = new Map<string, Version>();
  const server = await scriptedServer((request, response) => {
    const honest = () => void answer(request, response);
    return twist === undefined ? honest() : twist(request, response, honest);
  });

  function answer({ path, headers }: SeenRequest, response: ServerResponse): unknown {
    if (path === '/index.json') {
      const body = JSON.stringify(indexOf([...versions.values()]));
      const etag = `"${sha256(Buffer.from(body))}"`;
      if (headers['if-none-match'] === etag) return response.writeHead(304).end();
      return response.writeHead(200, { 'content-type': 'application/json', etag }).end(body);
    }
    const [, name, version] = /^\/packages\/([^/]+)\/(.+)\.tar\.gz$/.exec(decodeURIComponent(path)) ?? [];
    const found = versions.get(`${name}@${version}`);
    if (found !== undefined) return response.end(found.tarball);
    return response.writeHead(404).end(JSON.stringify({ error: 'Version not found', status: 404 }));
  }

  const registry: ScriptedRegistry = {
    ...server,
    add: async (...added) => {
      for (const wish of added) {
        const { name = 'demo', version = '1.0.0' } = wish;
        versions.set(`${name}@${version}`, { wish, tarball: await vaisTarball(wish) });
      }
    },
    yank: (name, version) => {
      const found = versions.get(`${name}@${version}`);
      if (found !== undefined) found.wish = { ...found.wish, yanked: true };
    },
    lie: (name, version, entry) => {
      const found = versions.get(`${name}@${version}`);
      if (found !== undefined) found.lie = entry;
    },
    checksum: (name, version = '1.0.0') =>
      sha256(versions.get(`${name}@${version}`)?.tarball ?? Buffer.alloc(0)),
  };
  await registry.add(...packages);
  return registry;
}

function indexOf(versions: readonly Version[]): unknown[] {
  const names = [...new Set(versions.map(({ wish }) => wish.name ?? 'demo'))];
  return names.map((name) => ({
    name,
    versions: versions.filter(({ wish }) => (wish.name ?? 'demo') === name).map(entryOf),
  }));
}

function entryOf({ wish, tarball, lie }: Version): Record<string, unknown> {
  const { version = '1.0.0', dependencies = {}, yanked = false } = wish;
  const needs = Object.entries(dependencies).map(([name, req]) => [name, { req }]);
  return {
    version,
    checksum: sha256(tarball),
    size: tarball.length,
    dependencies: Object.fromEntries(needs),
    ...(yanked && { yanked }),
    ...lie,
  };
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
