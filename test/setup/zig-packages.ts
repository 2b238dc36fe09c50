import { fingerprintOf } from '../formats/zig-archive.ts';
import { makeTarball, type Target } from './publish.ts';

export interface ZigPackageWish {
  /** As in the manifest: an identifier. */
  name?: string;
  version?: string;
  /** Lines of the manifest besides name, version, fingerprint and paths. */
  more?: string;
  /** The whole manifest; null: none. */
  manifest?: string | null;
  /** Files beside the manifest, by path below the root. */
  files?: Record<string, string>;
  /** Name of the one folder. */
  root?: string;
}

export function zigManifest({
  name = 'my_zig_lib',
  version = '1.0.0',
  more = '',
}: ZigPackageWish = {}): string {
  return `.{
    .name = .${name},
    .version = "${version}",
    .fingerprint = ${fingerprintOf(name)},
    .minimum_zig_version = "0.14.0",
    .paths = .{ "build.zig", "build.zig.zon", "src" },
    ${more}
}
`;
}

const BUILD = `const std = @import("std");
pub fn build(b: *std.Build) void {
    _ = b.addModule("MODULE", .{ .root_source_file = b.path("src/root.zig") });
}
`;

/** An archive as somebody packs it to publish it. Every version differs. */
export function zigTarball(wish: ZigPackageWish = {}): Promise<Buffer> {
  const { name = 'my_zig_lib', version = '1.0.0', files = {}, root = `${name}-${version}` } = wish;
  const { manifest = zigManifest(wish) } = wish;
  const all: Record<string, string> = {
    'build.zig': BUILD.replace('MODULE', name),
    'src/root.zig': `pub const version = "${version}";\n`,
    ...(manifest !== null && { 'build.zig.zon': manifest }),
    ...files,
  };
  return makeTarball(
    Object.fromEntries(Object.entries(all).map(([path, text]) => [`${root}/${path}`, text])),
  );
}

export interface ZigPublishOptions {
  tarball?: Buffer;
  fileName?: string;
  fields?: Record<string, string>;
  /** Name of the registry. Default: `zig`. */
  registry?: string;
  /** A code of a second factor. */
  otp?: string;
}

export interface ZigAnswer {
  status: number;
  body: Record<string, unknown>;
}

/** Publishes an archive as the seed's curl line does. */
export async function publishZig(
  server: Target,
  token: string | null,
  wish: ZigPackageWish = {},
  options: ZigPublishOptions = {},
): Promise<ZigAnswer> {
  const { name = 'my_zig_lib', version = '1.0.0' } = wish;
  const { tarball = await zigTarball(wish), registry = 'zig' } = options;
  const { fileName = `${name.replaceAll('_', '-')}-${version}.tar.gz` } = options;
  const form = new FormData();
  form.append('tarball', new Blob([new Uint8Array(tarball)]), fileName);
  for (const [field, value] of Object.entries(options.fields ?? {})) form.append(field, value);
  const response = await fetch(`${server.url}/${registry}/publish`, {
    method: 'POST',
    headers: {
      ...(token !== null && { authorization: `Bearer ${token}` }),
      ...(options.otp !== undefined && { 'npm-otp': options.otp }),
    },
    body: form,
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** An answer of the Zig door, parsed. */
export async function askZig(
  server: Target,
  path: string,
  { token, registry = 'zig', method = 'GET' }: { token?: string; registry?: string; method?: string } = {},
): Promise<ZigAnswer> {
  const response = await fetch(`${server.url}/${registry}${path}`, {
    method,
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}
