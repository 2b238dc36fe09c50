import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { makeArchive } from '../../../test/setup/hostile.ts';
import { temporaryFolder } from '../../../test/setup/resources.ts';
import { sha256Hex } from '../../kernel/index.ts';
import type { ArchiveSink } from '../registry/index.ts';
import {
  cleanCache,
  listCache,
  PackageCache,
  problemOfPackage,
  verifyCache,
  type Origin,
  type Pinned,
} from './index.ts';

let home: string;
let warnings: string[];
let cache: PackageCache;
let archive: Buffer;
let demo: Pinned;
let fetches: number;

beforeEach(async () => {
  home = temporaryFolder('home');
  warnings = [];
  fetches = 0;
  cache = new PackageCache({ home, warn: (message) => warnings.push(message) });
  archive = await packed('one');
  demo = pinned(archive);
});

const packed = (content: string, { name = 'demo', version = '1.0.0' } = {}) =>
  makeArchive([
    { name: 'vais.toml', content: `[package]\nname = "${name}"\nversion = "${version}"\n# ${content}` },
    { name: 'src/lib.vais', content: `fn ${content}` },
  ]);
const pinned = (bytes: Buffer): Pinned => ({ name: 'demo', version: '1.0.0', checksum: sha256Hex(bytes) });
const at = (path: string) => join(home, 'registry/cache', path);
const OWN: Origin = { registry: 'http://own.test', own: true };
const named: Origin = { registry: 'http://clone.test', own: false };
const gives = (bytes: Buffer, origin: Origin) => async (sink: ArchiveSink) => {
  fetches++;
  await sink.write(bytes);
  return origin;
};
const ensure = (bytes = archive, wanted = demo, origin = OWN) => cache.ensure(wanted, gives(bytes, origin));
/** What was packed, as the files in a folder have it. */
const contentIn = (folder: string) => readFileSync(join(folder, 'vais.toml'), 'utf8').split('# ')[1];
const usual = () => contentIn(at('demo/1.0.0/extracted'));
const content = (wanted: Pinned) => contentIn(cache.folder(wanted));
const left = () => readdirSync(at('.tmp'));

describe('[V-28] a package', () => {
  test('has the original’s places, and is fetched once', async () => {
    expect(await ensure()).toBe('fetched');
    expect(readFileSync(at('demo/1.0.0.tar.gz')).equals(archive)).toBe(true);
    expect(readFileSync(at('demo/1.0.0/extracted/src/lib.vais'), 'utf8')).toBe('fn one');
    expect(cache.folder(demo)).toBe(at('demo/1.0.0/extracted'));
    expect(await ensure()).toBe('there');
    expect(fetches).toBe(1);
    expect([left(), warnings]).toEqual([[], []]);
  });

  test('[V-50] of another digest is refused with both, and nothing of it is kept', async () => {
    const other = await packed('evil');
    await expect(ensure(other)).rejects.toMatchObject({
      code: 'digest_mismatch',
      message: `checksum mismatch for demo@1.0.0: expected ${demo.checksum}, got ${sha256Hex(other)}`,
    });
    expect([existsSync(at('demo')), left()]).toEqual([false, []]);
  });

  test('that cannot be unpacked is not kept', async () => {
    const bad = await makeArchive([{ name: '../up' }]);
    await expect(ensure(bad, pinned(bad))).rejects.toThrow(
      /demo@1\.0\.0 cannot be unpacked\. The entry "\.\.\/up"/,
    );
    expect([existsSync(at('demo')), left()]).toEqual([false, []]);
  });

  test.each<[string, Parameters<typeof makeArchive>[0], RegExp]>([
    ['no manifest', [{ name: 'src/lib.vais' }], /has no vais\.toml/],
    ['a folder for one', [{ name: 'vais.toml', type: 'directory' }], /has no vais\.toml/],
    ['one that is no TOML', [{ name: 'vais.toml', content: '{' }], /vais\.toml cannot be read/],
    [
      'that of another package',
      [{ name: 'vais.toml', content: '[package]\nname = "evil"\nversion = "1.0.0"' }],
      /says "evil" for the name and "1\.0\.0"/,
    ],
    [
      'that of another version',
      [{ name: 'vais.toml', content: '[package]\nname = "demo"\nversion = "1.0.1"' }],
      /"demo" for the name and "1\.0\.1"/,
    ],
  ])('with %s is not kept', async (_what, files, problem) => {
    const bad = await makeArchive(files);
    await expect(ensure(bad, pinned(bad))).rejects.toThrow(problem);
    expect([existsSync(at('demo')), left()]).toEqual([false, []]);
  });

  test.each(['../../up', 'demo/..', ''])('of the name %j is none', async (name) => {
    await expect(ensure(archive, { ...demo, name })).rejects.toThrow(/can be no package/);
    await expect(ensure(archive, { ...demo, version: name })).rejects.toThrow(/can be no package/);
  });
});

describe('what another process brings meanwhile', () => {
  test.each<[string, () => void]>([
    ['is used', () => undefined],
    ['is used too while its files are not there yet', () => rmSync(at('demo/1.0.0'), { recursive: true })],
    ['is not taken for damaged, were its archive gone', () => rmSync(at('demo/1.0.0.tar.gz'))],
  ])('%s, and nothing is said', async (_what, meanwhile) => {
    const arrival = await cache.ensure(demo, async (sink) => {
      const other = new PackageCache({ home, warn: (message) => warnings.push(message) });
      await other.ensure(demo, gives(archive, OWN));
      meanwhile();
      return gives(archive, OWN)(sink);
    });
    expect([arrival, usual(), warnings, left()]).toEqual(['fetched', 'one', [], []]);
    expect(await verifyCache(home)).toEqual([]);
    expect(await ensure()).toBe('there');
  });

  test('of another registry keeps its place', async () => {
    const other = await packed('two');
    await cache.ensure(demo, async (sink) => {
      await new PackageCache({ home }).ensure(pinned(other), gives(other, named));
      return gives(archive, { registry: 'http://second.test', own: false })(sink);
    });
    expect([usual(), content(demo)]).toEqual(['two', 'one']);
  });
});

test('files have no place before their archive has: a killed process would leave what verify complains of', async () => {
  mkdirSync(at('demo/1.0.0.tar.gz/in-the-way'), { recursive: true });
  await expect(ensure()).rejects.toThrow(/cannot be used/);
  expect(existsSync(at('demo/1.0.0'))).toBe(false);
});

describe('of two registries that have different bytes', () => {
  let other: Buffer;
  let theirs: Pinned;

  beforeEach(async () => {
    other = await packed('two');
    theirs = pinned(other);
  });

  test.each<[string, Origin]>([
    ['only a manifest names', named],
    ['the user chose too', { registry: 'http://second.test', own: true }],
  ])('the one that %s does not get the place of the first', async (_what, origin) => {
    await ensure();
    expect(await ensure(other, theirs, origin)).toBe('fetched');
    expect([usual(), content(theirs)]).toEqual(['one', 'two']);
    expect(readFileSync(at('demo/1.0.0.tar.gz')).equals(archive)).toBe(true);
    expect(cache.folder(theirs)).toBe(at(`.other/${theirs.checksum}/demo/1.0.0/extracted`));
    expect(warnings).toEqual([expect.stringMatching(/usual place has that of http:\/\/own\.test/)]);
    // A later process knows both.
    cache = new PackageCache({ home });
    expect([await ensure(), await ensure(other, theirs, origin), fetches]).toEqual(['there', 'there', 2]);
    expect([usual(), content(demo), content(theirs)]).toEqual(['one', 'one', 'two']);
  });

  test('the one that the user chose gets the place of one that only a manifest named', async () => {
    await ensure(other, theirs, named);
    expect(await ensure()).toBe('fetched');
    expect(usual()).toBe('one');
    expect(warnings).toEqual([expect.stringMatching(/http:\/\/clone\.test, which only a vais\.toml names/)]);
    await ensure(other, theirs, named);
    expect([usual(), content(theirs)]).toEqual(['one', 'two']);
  });

  test('a place whose archive is gone or damaged is still that of the first', async () => {
    await ensure();
    writeFileSync(at('demo/1.0.0.tar.gz'), 'garbage');
    await ensure(other, theirs, named);
    rmSync(at('demo/1.0.0.tar.gz'));
    await ensure(other, theirs, named);
    expect([usual(), content(theirs)]).toEqual(['one', 'two']);
  });

  test('one registry that changed its mind gets its own place', async () => {
    await ensure(archive, demo, named);
    await ensure(other, theirs, named);
    expect(usual()).toBe('two');
    expect(warnings).toEqual([expect.stringMatching(/clone\.test has another demo@1\.0\.0 than before/)]);
  });

  test('both are listed, verified and removed', async () => {
    await ensure();
    await ensure(other, theirs, named);
    expect(await listCache(home)).toMatchObject([
      { name: 'demo', version: '1.0.0' },
      { name: 'demo', version: '1.0.0', other: theirs.checksum },
    ]);
    expect(await problemOfPackage(home, theirs)).toBeUndefined();
    appendFileSync(join(cache.folder(theirs), 'vais.toml'), 'x');
    expect(await verifyCache(home)).toEqual([
      { name: 'demo', version: '1.0.0', problem: 'vais.toml was changed' },
    ]);
    expect(await problemOfPackage(home, theirs)).toBe('vais.toml was changed');
    expect(await cleanCache(home, ['demo@1.0.0'])).toBe(2);
    expect([await listCache(home), readdirSync(at('.other'))]).toEqual([[], []]);
  });
});

describe('[V-56] what is damaged is noticed and mended:', () => {
  beforeEach(() => ensure());

  test('an archive', async () => {
    const path = at('demo/1.0.0.tar.gz');
    const bytes = readFileSync(path);
    bytes[30] = (bytes[30] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    expect(await verifyCache(home)).toEqual([
      { name: 'demo', version: '1.0.0', problem: expect.stringMatching(/^the archive has the digest/) },
    ]);
    expect(await ensure()).toBe('fetched');
    expect(await verifyCache(home)).toEqual([]);
  });

  test.each<[string, () => void]>([
    [
      'a file with as many other bytes',
      () => writeFileSync(at('demo/1.0.0/extracted/src/lib.vais'), 'fn eno'),
    ],
    ['a longer file', () => appendFileSync(at('demo/1.0.0/extracted/vais.toml'), 'x')],
    ['a file too many', () => writeFileSync(at('demo/1.0.0/extracted/src/evil.vais'), '')],
    ['a file too few', () => rmSync(at('demo/1.0.0/extracted/src/lib.vais'))],
    ['no files', () => rmSync(at('demo/1.0.0/extracted'), { recursive: true })],
    [
      'a file with the old times',
      () => {
        const path = at('demo/1.0.0/extracted/src/lib.vais');
        const { atime, mtime } = statSync(path);
        writeFileSync(path, 'fn eno');
        utimesSync(path, atime, mtime);
      },
    ],
  ])('%s', async (_what, damage) => {
    damage();
    expect(await verifyCache(home)).toHaveLength(1);
    expect(await ensure()).toBe('unpacked');
    expect(warnings).toEqual([expect.stringMatching(/files of demo@1\.0\.0 have changed/)]);
    expect(readFileSync(at('demo/1.0.0/extracted/src/lib.vais'), 'utf8')).toBe('fn one');
    expect(readdirSync(at('demo/1.0.0/extracted/src'))).toEqual(['lib.vais']);
    expect([await verifyCache(home), fetches, left()]).toEqual([[], 1, []]);
  });

  test('what the original unpacked, or a damaged record', async () => {
    writeFileSync(at('demo/1.0.0/files.json'), '{}');
    expect(await ensure()).toBe('unpacked');
    rmSync(at('demo/1.0.0/files.json'));
    expect(await ensure()).toBe('unpacked');
    expect(fetches).toBe(1);
  });

  test('and a copy of the cache is the same, read once', async () => {
    const copy = `${home}-copy`;
    cpSync(home, copy, { recursive: true });
    rmSync(home, { recursive: true });
    renameSync(copy, home);
    expect(await ensure()).toBe('there');
    expect([fetches, warnings]).toEqual([1, []]);
  });
});

/** The id of a process that is gone. */
const dead = () => Number(execFileSync(process.execPath, ['-p', 'process.pid']).toString());

/** As if the process that is downloading had been killed. */
async function interrupted(begun: Buffer): Promise<void> {
  const download = async (sink: ArchiveSink) => {
    await sink.write(begun);
    throw new Error('cut');
  };
  await expect(cache.ensure(demo, download)).rejects.toThrow('cut');
  const [name = ''] = left();
  renameSync(at(`.tmp/${name}`), at(`.tmp/${name.replace(`-${process.pid}-`, `-${dead()}-`)}`));
}

async function rest(sink: ArchiveSink): Promise<Origin> {
  await sink.write(archive.subarray(sink.size));
  return OWN;
}

describe('what was interrupted', () => {
  test('is gone on with by the next process', async () => {
    await interrupted(archive.subarray(0, 100));
    let held: number | undefined;
    await cache.ensure(demo, async (sink) => {
      held = sink.size;
      await sink.write(archive.subarray(sink.size));
      return OWN;
    });
    expect([held, left()]).toEqual([100, []]);
  });

  test('is begun anew if it was something else', async () => {
    await interrupted(Buffer.from('bytes of another server'));
    expect(await cache.ensure(demo, rest)).toBe('fetched');
    expect(left()).toEqual([]);
  });

  test('of unpacking is swept, and what others are at is not', async () => {
    mkdirSync(at('.tmp'), { recursive: true });
    const name = `tree-${'0'.repeat(8)}-1-00000000-0000-0000-0000-000000000000`;
    writeFileSync(at(`.tmp/${name}`), '');
    writeFileSync(at('.tmp/part-new'), '');
    for (const old of ['old', 'part-old']) {
      writeFileSync(at(`.tmp/${old}`), '');
      utimesSync(at(`.tmp/${old}`), new Date(0), new Date(0));
    }
    await cache.sweep();
    expect(left()).toEqual(['part-new', name]);
  });
});

test('a file where the folder of a package belongs is named', async () => {
  mkdirSync(at(''), { recursive: true });
  writeFileSync(at('demo'), '');
  await expect(ensure()).rejects.toThrow(`cannot be used: ${at('demo')} is no folder (EEXIST)`);
});

test('a full disk is said to be full, and what has come is not left in the way', async () => {
  // The limit on file sizes takes the same way as a full disk, which a test cannot make without rights.
  const script = `
    const { PackageCache } = await import(${JSON.stringify(new URL('index.ts', import.meta.url).href)});
    const { fetchArchive } = await import(${JSON.stringify(new URL('../registry/archive.ts', import.meta.url).href)});
    const { Readable } = await import('node:stream');
    const answer = { status: 200, message: Object.assign(Readable.from([Buffer.alloc(99_000)]), { headers: {} }) };
    const requests = { settings: {}, timeouts: { idle: 9999 }, describe: () => 'GET it', send: async () => answer };
    const cache = new PackageCache({ home: ${JSON.stringify(home)} });
    const wanted = { name: 'demo', version: '1.0.0', checksum: '${'0'.repeat(64)}' };
    const error = await cache.ensure(wanted, (sink) => fetchArchive(requests, wanted, sink)).catch((error) => error);
    console.log(error.code, error.message);`;
  const said = execFileSync('sh', [
    '-c',
    'ulimit -f 50; exec "$0" --input-type=module -e "$1"',
    process.execPath,
    script,
  ]).toString();
  expect(said).toBe(`storage_full ${at('.tmp')} cannot be used: no file may get so large there (EFBIG).\n`);
  expect(left()).toEqual([]);
});

test('cleaning leaves no empty folders, and an installation beside it does not notice', async () => {
  await ensure();
  mkdirSync(at('emptied-before'));
  const wanted = { ...demo, version: '2.0.0' };
  const second = await packed('one', { version: '2.0.0' });
  await ensure(second, { ...wanted, checksum: sha256Hex(second) });
  await cleanCache(home, ['demo@2.0.0']);
  expect(existsSync(at('demo/1.0.0.tar.gz'))).toBe(true);
  const over = new AbortController();
  const cleaning = (async () => {
    while (!over.signal.aborted) await cleanCache(home, []);
  })();
  try {
    for (let times = 0; times < 30; times++) await ensure();
  } finally {
    over.abort();
    await cleaning;
  }
  await cleanCache(home, []);
  expect(readdirSync(at(''))).toEqual(['.tmp']);
});

test('what is in the cache can be listed and removed', async () => {
  await ensure();
  for (const other of [{ version: '2.0.0' }, { name: 'other' }]) {
    const bytes = await packed('one', other);
    await ensure(bytes, { ...pinned(bytes), ...other });
  }
  const listed = await listCache(home);
  expect(listed.map(({ name, version }) => `${name}@${version}`)).toEqual([
    'demo@1.0.0',
    'demo@2.0.0',
    'other@1.0.0',
  ]);
  expect(listed[0]).toMatchObject({ archive: archive.length, unpacked: { bytes: 53, files: 2 } });
  expect(await cleanCache(home, ['demo@1.0.0'])).toBe(1);
  expect(await cleanCache(home, ['demo'])).toBe(1);
  expect((await listCache(home)).map(({ name }) => name)).toEqual(['other']);
  expect(await cleanCache(home, [])).toBe(1);
  expect(await listCache(home)).toEqual([]);
});
