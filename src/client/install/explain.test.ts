import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { vaiscPkg } from '../../../test/setup/client-line.ts';
import { temporaryFolder } from '../../../test/setup/resources.ts';
import { scriptedRegistry, type ScriptedRegistry } from '../../../test/setup/scripted-registry.ts';

let home: string;
let cwd: string;
let registry: ScriptedRegistry;

beforeEach(async () => {
  [home, cwd] = [join(temporaryFolder('home'), '.vais'), temporaryFolder('folder')];
  registry = await scriptedRegistry([{ name: 'chars', version: '0.1.0' }]);
});

const pkg = (line: string, folder = cwd) => vaiscPkg(line, { cwd: folder, home });
const lockFile = () => join(cwd, 'vais.lock');
const lock = () => readFileSync(lockFile(), 'utf8');
const forget = () => rmSync(join(home, 'registry'), { recursive: true });

function makeProject(): void {
  const text = '[package]\nname = "app"\nversion = "1.0.0"\n\n[dependencies]\nchars = "*"\n';
  writeFileSync(join(cwd, 'vais.toml'), text);
}

describe('a locked package of another registry than the one that the line names', () => {
  let other: ScriptedRegistry;

  beforeEach(async () => {
    other = await scriptedRegistry([{ name: 'chars', version: '0.1.0', files: { other: 'x' } }]);
    await pkg(`install --registry ${registry.url} chars`, temporaryFolder('elsewhere'));
    await pkg(`install --registry ${other.url} chars`);
  });

  test('is refused, though it is cached, and the way out that is said is one', async () => {
    const before = lock();
    const [expected, got] = [other.checksum('chars', '0.1.0'), registry.checksum('chars', '0.1.0')];
    const { code, err } = await pkg(`install --registry ${registry.url} chars`);
    expect([code, err.split('\n')]).toEqual([
      1,
      [
        `error: checksum mismatch for chars@0.1.0: expected ${expected}, got ${got}`,
        expect.stringContaining(
          `${registry.url}, which --registry names, has the second. "install --update chars"`,
        ),
        '',
      ],
    ]);
    expect(lock()).toBe(before);
    expect(await pkg(`install --registry ${registry.url} --update chars`)).toMatchObject({
      code: 0,
      err: '',
    });
    expect(lock()).toContain(got);
  });

  test('is installed if the line names its own, without a request', async () => {
    await other.stop();
    expect(await pkg(`install --registry ${other.url} chars`)).toMatchObject({ code: 0 });
  });
});

test.each<[string, string]>([
  ['project', 'update chars'],
  ['folder', 'install --update chars'],
])('other bytes than are locked are refused with the way out of a %s', async (kind, remedy) => {
  if (kind === 'project') makeProject();
  await pkg(`install --registry ${registry.url} chars`);
  forget();
  writeFileSync(lockFile(), lock().replace(registry.checksum('chars', '0.1.0'), '0'.repeat(64)));
  const { code, err } = await pkg(`install --registry ${registry.url} chars`);
  expect([code, err]).toEqual([
    1,
    expect.stringMatching(/^error: checksum mismatch .*\nerror: vais\.lock has the first/),
  ]);
  expect(err).toContain(`"${remedy}" takes`);
  expect(await pkg(`${remedy} --registry ${registry.url}`)).toMatchObject({ code: 0 });
});

test('a locked version that the registry does not have is named, with the way out', async () => {
  makeProject();
  await pkg(`install --registry ${registry.url}`);
  forget();
  writeFileSync(lockFile(), lock().replace('0.1.0', '0.0.9'));
  const { code, err } = await pkg(`install --registry ${registry.url}`);
  expect([code, err]).toEqual([1, expect.stringMatching(/404/)]);
  expect(err).toContain(`vais.lock has chars 0.0.9, which ${registry.url} does not have`);
  expect(err).toContain('"update chars" chooses another version');
  expect(await pkg(`update chars --registry ${registry.url}`)).toMatchObject({ code: 0 });
});

test('an index that tells of another archive than there is, is said to', async () => {
  registry.lie('chars', '0.1.0', { checksum: '0'.repeat(64) });
  expect(await pkg(`install --registry ${registry.url} chars`)).toMatchObject({
    code: 1,
    err: expect.stringContaining('says the first, its archive is the second'),
  });
});
