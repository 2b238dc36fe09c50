/** Bytes of a block of tar: POSIX.1-2024, pax, «ustar Interchange Format». */
const BLOCK = 512;
const LONGEST_NAME = 100;
const LONGEST_PREFIX = 155;

/** Behind the last file. */
export const END_OF_TAR = Buffer.alloc(2 * BLOCK);

/** What comes before a file's bytes: who packed it and when is not said, so that the same files are the same archive. */
export function tarHeader(path: string, { size, mode }: { size: number; mode: number }): Buffer {
  const parts = ustarParts(path);
  if (parts !== undefined) return header({ ...parts, size, mode, type: '0' });
  const record = paxRecord('path', path);
  const name = `PaxHeader/${Buffer.from(path)
    .subarray(0, 80)
    .toString('latin1')
    .replaceAll(/[^ -~]/g, '_')}`;
  return Buffer.concat([
    header({ prefix: '', name, size: record.length, mode: 0o644, type: 'x' }),
    record,
    tarPadding(record.length),
    header({ prefix: '', name, size, mode, type: '0' }),
  ]);
}

/** What fills the last block of so many bytes. */
export function tarPadding(size: number): Buffer {
  return Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
}

interface Fields {
  prefix: string;
  name: string;
  size: number;
  mode: number;
  /** `0`: a file; `x`: what is said of the next one. */
  type: '0' | 'x';
}

function header({ prefix, name, size, mode, type }: Fields): Buffer {
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, digits: number, at: number) =>
    block.write(`${value.toString(8).padStart(digits, '0')}\0`, at, 'latin1');
  block.write(name, 0, 'latin1');
  octal(mode, 7, 100);
  octal(0, 7, 108);
  octal(0, 7, 116);
  octal(size, 11, 124);
  octal(0, 11, 136);
  block.fill(' ', 148, 156);
  block.write(type, 156, 'latin1');
  block.write('ustar\x0000', 257, 'latin1');
  octal(0, 7, 329);
  octal(0, 7, 337);
  block.write(prefix, 345, 'latin1');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

/** A long path in two parts; undefined if it does not fit so, or is more than ASCII. */
function ustarParts(path: string): { prefix: string; name: string } | undefined {
  if (!/^[ -~]*$/.test(path)) return undefined;
  if (path.length <= LONGEST_NAME) return { prefix: '', name: path };
  const cut = path.indexOf('/', path.length - LONGEST_NAME - 1);
  if (cut <= 0 || cut > LONGEST_PREFIX || cut === path.length - 1) return undefined;
  return { prefix: path.slice(0, cut), name: path.slice(cut + 1) };
}

/** `<length> <key>=<value>\n`, whose length counts its own digits. */
function paxRecord(key: string, value: string): Buffer {
  const rest = Buffer.from(` ${key}=${value}\n`);
  let length = rest.length;
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}
