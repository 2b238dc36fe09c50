import { crc32, gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';

/** An entry of a tar archive; a file unless `type` says something else. */
export interface TarItem {
  name: string;
  content?: string | Buffer;
  type?: 'file' | 'directory' | 'symlink' | 'link' | 'fifo' | 'character-device' | 'contiguous-file';
  /** Of a link. */
  to?: string;
  mode?: number;
}

/** A gzipped tar archive of the items as they are given, sound or not. */
export async function tarGz(items: TarItem[]): Promise<Buffer> {
  const packing = pack();
  for (const { name, content = '', type = 'file', to, mode = 0o644 } of items) {
    const header = { name, type, mode, mtime: new Date(0) };
    if (type.endsWith('file')) packing.entry(header, content);
    else packing.entry(to === undefined ? header : { ...header, linkname: to });
  }
  packing.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of packing) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  return gzipSync(Buffer.concat(chunks), { level: 1 });
}

/** The fingerprint of a package: the checksum of its name, and an id. */
export function fingerprintOf(name: string, id = 0xc0ffee): string {
  return `0x${((BigInt(crc32(name)) << 32n) | BigInt(id)).toString(16)}`;
}

/** Text of a `build.zig.zon` of Zig 0.14 and later. `fields` is put behind the others: `.dependencies = .{…},`. */
export function zonManifest(name: string, version: string, fields = '', paths = ['']): string {
  return (
    `.{\n    .name = .${name},\n    .version = "${version}",\n    .fingerprint = ${fingerprintOf(name)},\n` +
    `    .paths = .{ ${paths.map((path) => JSON.stringify(path)).join(', ')} },\n${fields}}\n`
  );
}

/** Text of a `build.zig.zon` as Zig 0.11 to 0.13 had it. */
export function oldZonManifest(name: string, version: string, paths = ['']): string {
  return `.{ .name = "${name}", .version = "${version}", .paths = .{ ${paths.map((path) => JSON.stringify(path)).join(', ')} } }\n`;
}

/** A package with a library module `name`, whose one function returns `value`, packed in one root folder. */
export function zigLibrary(name: string, version: string, value = 42, fields = ''): Promise<Buffer> {
  const root = `${name}-${version}`;
  return tarGz([
    { name: `${root}/build.zig.zon`, content: zonManifest(name, version, fields) },
    { name: `${root}/build.zig`, content: BUILD.replaceAll('NAME', name) },
    { name: `${root}/src/root.zig`, content: `pub fn value() u32 {\n    return ${value};\n}\n` },
  ]);
}

const BUILD = `const std = @import("std");
pub fn build(b: *std.Build) void {
    _ = b.addModule("NAME", .{ .root_source_file = b.path("src/root.zig") });
}
`;
