import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Blobs } from '../../registry/index.ts';
import { openFileBlobs } from './index.ts';

const run = promisify(execFile);
let root: string;
let blobs: Blobs;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'kontor-files-'));
  blobs = await openFileBlobs(root);
});
afterEach(() => rm(root, { recursive: true }));

async function put(store: Blobs, key: string, content: string): Promise<boolean> {
  const staged = await store.stage();
  await staged.write(Buffer.from(content));
  await staged.finish();
  try {
    return await staged.promote(key);
  } finally {
    await staged.discard();
  }
}

async function keys(): Promise<string[]> {
  const found: string[] = [];
  for await (const { key } of blobs.list()) found.push(key);
  return found.toSorted();
}

/** Runs `code` in a process of its own, in which `open()` opens the store of this test. */
async function inProcess(code: string, shell = ''): Promise<string> {
  const script = `
    const { openFileBlobs } = await import(${JSON.stringify(new URL('./index.ts', import.meta.url).href)});
    const open = () => openFileBlobs(${JSON.stringify(root)});
    ${code}`;
  const { stdout } = await run('sh', [
    '-c',
    `${shell} exec "$0" --input-type=module -e "$1"`,
    process.execPath,
    script,
  ]);
  return stdout.trim();
}

test('makes a root with all folders that are missing above it', async () => {
  const deep = await openFileBlobs(join(root, 'not', 'yet', 'there'));
  expect(await put(deep, 'a/b', 'x')).toBe(true);
  expect(await text(await deep.open('a/b'))).toBe('x');
});

test('finds what an earlier process stored', async () => {
  await put(blobs, 'npm/demo/1.0.0/demo.tgz', 'kept');
  const later = await openFileBlobs(root);
  expect(await text(await later.open('npm/demo/1.0.0/demo.tgz'))).toBe('kept');
});

test('puts an object where its key says', async () => {
  await put(blobs, 'npm/@acme/demo/1.0.0/demo.tgz', 'bytes');
  expect((await stat(join(root, 'npm/@acme/demo/1.0.0/demo.tgz'))).size).toBe(5);
  expect(await readdir(join(root, '.staging'))).toEqual([]);
});

test('gives other users of the machine no right to files and folders', async () => {
  await put(blobs, 'npm/demo/1.0.0/demo.tgz', 'private');
  const paths = ['.staging', 'npm', 'npm/demo/1.0.0', 'npm/demo/1.0.0/demo.tgz'];
  const open = await Promise.all(paths.map(async (path) => (await stat(join(root, path))).mode & 0o007));
  expect(open).toEqual([0, 0, 0, 0]);
});

test('lets one of several processes win each key', async () => {
  const race = `
    const blobs = await open();
    const won = [];
    for (let i = 0; i < 40; i++) {
      const staged = await blobs.stage();
      await staged.write(Buffer.from('process ' + process.pid));
      await staged.finish();
      if (await staged.promote('npm/demo/1.0.' + i + '/demo.tgz')) won.push(i);
      await staged.discard();
    }
    console.log(JSON.stringify({ pid: process.pid, won }));`;
  const outputs = await Promise.all([inProcess(race), inProcess(race), inProcess(race)]);
  const results: { pid: number; won: number[] }[] = outputs.map((output) => JSON.parse(output));
  expect(results.flatMap(({ won }) => won).toSorted((a, b) => a - b)).toEqual(
    Array.from({ length: 40 }, (_, i) => i),
  );
  for (const { pid, won } of results)
    for (const i of won)
      expect(await text(await blobs.open(`npm/demo/1.0.${i}/demo.tgz`))).toBe(`process ${pid}`);
});

test('promotes into a folder that another process removes again and again', async () => {
  const other = await openFileBlobs(root);
  const done = new AbortController();
  const remover = (async () => {
    while (!done.signal.aborted) await other.remove('npm/demo/1.0.0/other.tgz');
  })();
  for (let i = 0; i < 50; i++) {
    expect(await put(blobs, 'npm/demo/1.0.0/demo.tgz', 'x')).toBe(true);
    await rm(join(root, 'npm/demo'), { recursive: true });
  }
  done.abort();
  await remover;
});

test('removes the folder of a version with its last file and leaves the one of the package', async () => {
  await put(blobs, 'npm/demo/1.0.0/a', 'x');
  await put(blobs, 'npm/demo/1.0.0/b', 'x');
  await blobs.remove('npm/demo/1.0.0/a');
  expect(await readdir(join(root, 'npm/demo/1.0.0'))).toEqual(['b']);
  await blobs.remove('npm/demo/1.0.0/b');
  expect(await readdir(join(root, 'npm/demo'))).toEqual([]);
});

test('lists no uploads, hidden files, links or what belongs to the file system', async () => {
  await put(blobs, 'a/b', 'x');
  const staged = await blobs.stage();
  await writeFile(join(root, 'a', '.b.swp'), 'x');
  await writeFile(join(root, 'a', 'with space'), 'x');
  await symlink('b', join(root, 'a', 'link'));
  await mkdir(join(root, 'lost+found'));
  await writeFile(join(root, 'lost+found', '#123'), 'x');
  await writeFile(join(root, 'lost+found', 'inode'), 'x');
  expect(await keys()).toEqual(['a/b']);
  await staged.discard();
});

test('sweeps the upload of a process that died', async () => {
  await inProcess(
    `const staged = await (await open()).stage(); await staged.write(Buffer.from('x')); process.exit();`,
  );
  const [left = ''] = await readdir(join(root, '.staging'));
  // The time of writing can be set back; that of the inode, which counts too, cannot.
  await utimes(join(root, '.staging', left), 0, 0);
  expect(await blobs.sweepStaged(Date.now() - 60_000)).toBe(0);
  expect(await blobs.sweepStaged(Date.now() + 60_000)).toBe(1);
  expect(await readdir(join(root, '.staging'))).toEqual([]);
});

test('says storage_full when a file may not grow, also if the caller goes on, and leaves nothing', async () => {
  // The limit on file sizes (EFBIG) takes the same way as a full disk (ENOSPC), which a test cannot make without rights.
  const output = await inProcess(
    `const blobs = await open();
     const staged = await blobs.stage();
     const codes = [];
     const note = (error) => codes.push(error.code);
     for (let i = 0; i < 3; i++) await staged.write(Buffer.alloc(40_000)).catch(note);
     await staged.finish().catch(note);
     await staged.promote('a/b').catch(note);
     await staged.discard();
     console.log(codes.join());`,
    'ulimit -f 100;',
  );
  expect(output).toMatch(/^storage_full(,storage_full)+$/);
  expect(await keys()).toEqual([]);
  expect(await readdir(join(root, '.staging'))).toEqual([]);
});

const elsewhere = '/dev/shm';
const twoFileSystems = await Promise.all([stat(elsewhere), stat(tmpdir())]).then(
  ([a, b]) => a.dev !== b.dev,
  () => false,
);

test.skipIf(!twoFileSystems)(
  'copies, and still never overwrites, where a hard link is impossible (skipped if /dev/shm is no file system of its own)',
  async () => {
    const other = await mkdtemp(join(elsewhere, 'kontor-files-'));
    try {
      await symlink(other, join(root, 'npm'));
      expect(await put(blobs, 'npm/demo/1.0.0/demo.tgz', 'first')).toBe(true);
      expect(await put(blobs, 'npm/demo/1.0.0/demo.tgz', 'second')).toBe(false);
      expect(await text(await blobs.open('npm/demo/1.0.0/demo.tgz'))).toBe('first');
    } finally {
      await rm(other, { recursive: true });
    }
  },
);
