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

/** What a header of tar says, field by field, where a packer would not write it. */
export interface RawEntry {
  name: string;
  content?: string | Buffer;
  flag?: string;
  link?: string;
  prefix?: string;
  /** Eight bytes. */
  mark?: string;
  mode?: string;
  size?: string;
  /** Byte 482, which tells of a sparse file that more of its map follows. */
  extended?: number;
}

export function rawEntry({
  name,
  content = '',
  flag = '0',
  link = '',
  prefix = '',
  mark = 'ustar\x0000',
  mode = '0000644\0',
  size,
  extended = 0,
}: RawEntry): Buffer {
  const body = Buffer.from(content);
  const header = Buffer.alloc(512);
  header.write(name, 0, 100, 'latin1');
  header.write(mode, 100, 8, 'latin1');
  header.write(size ?? `${body.length.toString(8).padStart(11, '0')}\0`, 124, 12, 'latin1');
  header.write(flag, 156, 1, 'latin1');
  header.write(link, 157, 100, 'latin1');
  header.write(mark, 257, 8, 'latin1');
  header.write(prefix, 345, 155, 'latin1');
  header[482] = extended;
  header.fill(' ', 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return Buffer.concat([header, body, Buffer.alloc((512 - (body.length % 512)) % 512)]);
}

/** A pax header with the records given. */
export function rawPax(records: Record<string, string>): Buffer {
  let content = '';
  for (const [keyword, value] of Object.entries(records)) {
    const rest = ` ${keyword}=${value}\n`;
    let length = rest.length + 2;
    if (length > 99) length++;
    content += `${length}${rest}`;
  }
  return rawEntry({ name: 'pax', flag: 'x', content });
}

/** A block of a sparse file's map; `more` is 1 if another one follows. */
function sparseMap(more: number): Buffer {
  return Buffer.alloc(512).fill(more, 504, 505);
}

const PATHS = ['build.zig.zon', 'src'];

/** Archives that tar readers take differently, each gzipped and with a manifest of its own; `src` is kept and `nope` is not. */
export function oddTars(): { taken: [string, Buffer][]; refused: [string, Buffer][] } {
  const gnu = 'ustar  \0';
  const first = rawEntry({ name: 'd/build.zig.zon', content: zonManifest('demo', '1.0.0', '', PATHS) });
  const file = (name: string) => rawEntry({ name: `d/src/${name}`, content: 'x' });
  const hard = (name: string) => rawEntry({ name, flag: '1', link: 'y' });
  const packed = (...parts: Buffer[]) => gzipSync(Buffer.concat([first, ...parts, Buffer.alloc(1024)]));
  const sparse = rawEntry({ name: 'd/nope/s', flag: 'S', mark: gnu, extended: 1 });
  const linked = { name: 'd/src/l', flag: '2' };
  return {
    taken: [
      ['a file behind a sparse one', packed(sparse, sparseMap(1), sparseMap(0), file('a'))],
      [
        'a prefix with the mark of GNU',
        packed(rawEntry({ name: 'src/a', prefix: 'd', mark: gnu, content: 'x' })),
      ],
      [
        'a long name before what is not taken',
        packed(rawPax({ path: 'd/src/b' }), hard('d/nope/h'), file('a')),
      ],
      [
        'a size before what is not taken',
        packed(
          rawPax({ size: '512' }),
          hard('d/nope/h'),
          rawEntry({ name: 'd/src/a' }),
          Buffer.alloc(512, 'y'),
        ),
      ],
      [
        'an empty pax header behind a long name',
        packed(
          rawEntry({ name: 'L', flag: 'L', content: 'd/src/long\0' }),
          rawEntry({ name: 'p', flag: 'x' }),
          file('a'),
        ),
      ],
      ['an empty link that paths leave out', packed(rawEntry({ name: 'd/nope/l', flag: '2' }), file('a'))],
    ],
    refused: [
      ['a hard link by its own name', packed(rawPax({ path: 'd/nope/h' }), hard('d/src/h'))],
      ['a link to nowhere', packed(rawEntry(linked))],
      ['a name of 300 bytes', packed(rawPax({ path: `d/src/${'n'.repeat(300)}` }), file('n'))],
      ['a mode that is no number', packed(rawEntry({ name: 'd/src/a', mode: '9999999\0' }))],
      ['a digit behind the end of a mode', packed(rawEntry({ name: 'd/src/a', mode: '644\x001\0\0\0' }))],
      [
        'a digit behind the end of a size',
        packed(rawEntry({ name: 'd/src/a', size: '1 1\0', content: 'x' })),
      ],
      ['NUL in the target of a link', packed(rawPax({ linkpath: 'a\0b' }), rawEntry(linked))],
    ],
  };
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
