import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';

/** Where to send requests: a `RunningKontor`, or anything else with its URL. */
export interface Target {
  /** Without a slash at its end. */
  url: string;
}

/**
 * A gzipped tar archive of `files`, by path inside the archive (`package/package.json`). The same files give the same
 * bytes; files that are meant to differ must.
 */
export async function makeTarball(files: Record<string, string | Buffer>): Promise<Buffer> {
  const archive = pack();
  for (const [name, content] of Object.entries(files)) archive.entry({ name, mtime: new Date(0) }, content);
  archive.finalize();
  return gzipSync(await buffer(archive));
}

/** What `npm pack` makes of a package: its package.json, and a file in which every version differs. */
export function packageTarball(
  name: string,
  version: string,
  files: Record<string, string | Buffer> = {},
): Promise<Buffer> {
  return makeTarball({
    'package/package.json': JSON.stringify({ name, version }),
    'package/index.js': `module.exports = ${JSON.stringify(`${name}@${version}`)};\n`,
    ...files,
  });
}

/** The document that npm sends to publish `tarball`; protocols/npm 3.1. Change it to make a bad one. */
export function publishBody(name: string, version: string, tarball: Buffer, tag = 'latest') {
  return {
    _id: name,
    name,
    'dist-tags': { [tag]: version },
    versions: {
      [version]: { name, version, _id: `${name}@${version}`, dist: digestsOf(tarball) } as Record<
        string,
        unknown
      >,
    },
    access: null as string | null,
    _attachments: {
      [`${name}-${version}.tgz`]: {
        content_type: 'application/octet-stream',
        data: tarball.toString('base64'),
        length: tarball.length,
      },
    },
  };
}

/** `integrity` and `shasum` as they stand in `dist`. */
export function digestsOf(tarball: Buffer): { integrity: string; shasum: string } {
  return {
    integrity: `sha512-${createHash('sha512').update(tarball).digest('base64')}`,
    shasum: createHash('sha1').update(tarball).digest('hex'),
  };
}

export interface PublishOptions {
  /** Default: `packageTarball(name, version)`. */
  tarball?: Buffer;
  /** Default: `latest`. */
  tag?: string;
  /** Name of the registry. Default: `npm`. */
  registry?: string;
}

export interface PublishAnswer {
  status: number;
  /** As it came. */
  text: string;
  /** What npm prints to whoever publishes. */
  notice: string | null;
  /** Of the tarball that was sent. */
  integrity: string;
}

/** Publishes one version as npm does. A refusal is an answer; rejects only when no whole answer comes. */
export async function publish(
  server: Target,
  token: string,
  name: string,
  version: string,
  options: PublishOptions = {},
): Promise<PublishAnswer> {
  const tarball = options.tarball ?? (await packageTarball(name, version));
  const response = await fetch(packageUrl(server, name, options.registry), {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(publishBody(name, version, tarball, options.tag)),
  });
  return {
    status: response.status,
    text: await response.text(),
    notice: response.headers.get('npm-notice'),
    integrity: digestsOf(tarball).integrity,
  };
}

/** `<server>/npm/@scope%2fname`, as npm writes it. */
export function packageUrl(server: Target, name: string, registry = 'npm'): string {
  return `${server.url}/${registry}/${name.replace('/', '%2f')}`;
}

/** Registers a user, as on loopback anybody may, and resolves to a token that may publish. */
export async function register(server: Target, user: string): Promise<string> {
  const response = await fetch(`${server.url}/npm/-/user/org.couchdb.user:${user}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: user, password: `a long pass phrase of ${user}`, type: 'user', roles: [] }),
  });
  const { token } = (await response.json()) as { token?: string };
  if (token === undefined) throw new Error(`${user} could not register: status ${response.status}.`);
  return token;
}
