import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** Answers one request; what it does not end stays open until the upstream is closed. */
export type Script = (request: IncomingMessage, response: ServerResponse) => void;

export interface ScriptedUpstream {
  /** `http://127.0.0.1:<port>/` */
  url: string;
  /** Every request so far. */
  requests: IncomingMessage[];
  /** What it does from now on. */
  script: Script;
  /** Frees the port: the next request finds the connection refused. */
  close(): Promise<void>;
}

/** A real HTTP server on loopback that does what the test says. */
export async function scriptedUpstream(script: Script): Promise<ScriptedUpstream> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    upstream.script(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The upstream does not listen.');
  const upstream: ScriptedUpstream = {
    url: `http://127.0.0.1:${address.port}/`,
    requests,
    script,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return upstream;
}

/** A package as an npm registry has it: its packument and its tarballs by path. */
export interface ScriptedPackage {
  packument: Record<string, unknown>;
  tarballs: Record<string, Buffer>;
}

/** Makes a package whose tarballs are any bytes: pulling them through does not open them. */
export function scriptedPackage(name: string, versions: string[], base: string): ScriptedPackage {
  const tarballs: Record<string, Buffer> = {};
  const manifests = versions.map((version) => {
    const bytes = Buffer.from(`bytes of ${name} ${version} `.repeat(500));
    const path = `/${name}/-/${name.split('/').at(-1)}-${version}.tgz`;
    tarballs[path] = bytes;
    const dist = {
      tarball: `${base.replace(/\/$/, '')}${path}`,
      shasum: createHash('sha1').update(bytes).digest('hex'),
      integrity: `sha512-${createHash('sha512').update(bytes).digest('base64')}`,
      fileCount: 3,
    };
    return [version, { name, version, dependencies: { left: '^1.0.0' }, readme: 'long', dist }] as const;
  });
  return {
    packument: {
      _id: name,
      _rev: '3-abc',
      name,
      'dist-tags': { latest: versions.at(-1) },
      versions: Object.fromEntries(manifests),
      time: Object.fromEntries(versions.map((version) => [version, '2026-01-01T00:00:00.000Z'])),
      users: { someone: true },
    },
    tarballs,
  };
}

/** Serves a package as a registry does: packument with ETag and 304, tarballs with their length. */
export function serves({ packument, tarballs }: ScriptedPackage): Script {
  const body = JSON.stringify(packument);
  const etag = `"${createHash('sha1').update(body).digest('hex')}"`;
  const documentPath = `/${String(packument['name']).replace('/', '%2f')}`;
  return (request, response) => {
    const path = request.url ?? '';
    const tarball = tarballs[path];
    if (tarball) response.end(tarball);
    else if (path !== documentPath) response.writeHead(404).end('{"error":"Not found"}');
    else if (request.headers['if-none-match'] === etag) response.writeHead(304, { etag }).end();
    else response.writeHead(200, { etag, 'content-type': 'application/json' }).end(body);
  };
}
