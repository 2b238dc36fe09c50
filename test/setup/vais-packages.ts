import { createHash } from 'node:crypto';
import { makeTarball, type Target } from './publish.ts';

export interface VaisPackageWish {
  name?: string;
  version?: string;
  /** Constraints by name. */
  dependencies?: Record<string, string>;
  /** Lines of the manifest behind those of `[package]`: further keys of it, or further tables. */
  more?: string;
  /** The whole manifest; null: none. */
  manifest?: string | null;
  /** Files beside the manifest, by path. */
  files?: Record<string, string | Buffer>;
}

export function vaisManifest({
  name = 'demo',
  version = '1.0.0',
  dependencies = {},
  more = '',
}: VaisPackageWish = {}): string {
  const needs = Object.entries(dependencies).map(([key, text]) => `${key} = "${text}"\n`);
  return `[package]
name = "${name}"
version = "${version}"
authors = ["Anna <anna@example.com>"]
description = "The package ${name}"
license = "MIT"
${more}
${needs.length > 0 ? `[dependencies]\n${needs.join('')}` : ''}`;
}

/** An archive as the original client packs it: flat, files only. Every version differs. */
export function vaisTarball(wish: VaisPackageWish = {}): Promise<Buffer> {
  const { name = 'demo', version = '1.0.0', files = {}, manifest = vaisManifest(wish) } = wish;
  return makeTarball({
    ...(manifest !== null && { 'vais.toml': manifest }),
    'src/lib.vais': `# ${name} ${version}\n`,
    ...files,
  });
}

/** What the original client sends beside the archive: protocols/vais 2. Change it to make a bad one. */
export function vaisMetadata(
  { name = 'demo', version = '1.0.0', dependencies = {} }: VaisPackageWish,
  tarball: Buffer,
): Record<string, unknown> {
  return {
    name,
    version,
    description: `The package ${name}`,
    authors: ['Anna <anna@example.com>'],
    license: 'MIT',
    checksum: createHash('sha256').update(tarball).digest('hex'),
    dependencies,
  };
}

const BOUNDARY = '----vais-publish-4711';

export const vaisFormType = `multipart/form-data; boundary=${BOUNDARY}`;

/** The body of a publish, byte for byte as the original client frames it; `parts` in the order given. */
export function vaisForm(
  metadata: string,
  archive: Buffer,
  { fileName = 'demo-1.0.0.tar.gz', parts = ['metadata', 'archive'] as readonly string[] } = {},
): Buffer {
  const part = (headers: string, content: string | Buffer) => [
    Buffer.from(`--${BOUNDARY}\r\n${headers}\r\n\r\n`),
    Buffer.from(content),
    Buffer.from('\r\n'),
  ];
  const known: Record<string, Buffer[]> = {
    metadata: part(
      'Content-Disposition: form-data; name="metadata"\r\nContent-Type: application/json',
      metadata,
    ),
    archive: part(
      `Content-Disposition: form-data; name="archive"; filename="${fileName}"\r\nContent-Type: application/gzip`,
      archive,
    ),
  };
  const other = (name: string) => part(`Content-Disposition: form-data; name="${name}"`, 'whatever');
  return Buffer.concat([
    ...parts.flatMap((name) => known[name] ?? other(name)),
    Buffer.from(`--${BOUNDARY}--\r\n`),
  ]);
}

export interface VaisAnswer {
  status: number;
  body: Record<string, unknown>;
}

/** Publishes an archive as the original client does. */
export async function publishVais(
  server: Target,
  token: string | null,
  wish: VaisPackageWish = {},
  options: { tarball?: Buffer; metadata?: Record<string, unknown>; base?: string } = {},
): Promise<VaisAnswer> {
  const { name = 'demo', version = '1.0.0' } = wish;
  const { tarball = await vaisTarball(wish), base = '/vais' } = options;
  const metadata = JSON.stringify({ ...vaisMetadata(wish, tarball), ...options.metadata });
  const response = await fetch(`${server.url}${base}/packages/publish`, {
    method: 'POST',
    headers: {
      ...(token !== null && { authorization: `Bearer ${token}` }),
      'content-type': vaisFormType,
    },
    body: new Uint8Array(vaisForm(metadata, tarball, { fileName: `${name}-${version}.tar.gz` })),
  });
  return answerOf(response);
}

/** An answer of the Vais door, parsed; an empty body is an empty object. */
export async function askVais(
  server: Target,
  path: string,
  { token, method = 'GET', json }: { token?: string | undefined; method?: string; json?: unknown } = {},
): Promise<VaisAnswer> {
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(json !== undefined && { 'content-type': 'application/json' }),
    },
    ...(json !== undefined && { body: JSON.stringify(json) }),
  });
  return answerOf(response);
}

async function answerOf(response: Response): Promise<VaisAnswer> {
  const text = await response.text();
  return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> };
}
