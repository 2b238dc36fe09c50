import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadedBy } from '../setup/modules.ts';
import { temporaryFolder } from '../setup/resources.ts';

/** What a command of the client may load at the most. Each file costs about a millisecond, each library more: decision 0022. */
const ROOMS =
  /^src\/(cli\/|client\/(?!previews\/)|kernel\/(light|semver)\/|kernel\/[a-z-]+\.ts$|formats\/vais\/)/;
/** What they have in common with the server, and costs too much. */
const HEAVY =
  /^src\/(kernel\/(index|archive\/.*|worker.*|addresses)|cli\/(program|context|.*-commands))\.ts$/;

const project = temporaryFolder('project');
await writeFile(join(project, 'vais.toml'), '[package]\nname = "demo"\nversion = "1.0.0"\n');
const registry = '--registry http://127.0.0.1:9';

test.each<[string, 'kontor' | 'vaisc', string, string[]]>([
  ['the help', 'vaisc', 'pkg --help', []],
  ['an install that finds everything there', 'kontor', 'install', ['smol-toml', 'semver']],
  ['what a project needs', 'kontor', 'list', ['smol-toml', 'semver']],
  ['a search without a network', 'vaisc', `pkg search json --offline ${registry}`, ['smol-toml', 'semver']],
])(
  '%s loads nothing of the server’s, and no library but what it needs',
  async (_what, command, line, libraries) => {
    const env = { VAIS_HOME: join(temporaryFolder('home'), '.vais') };
    const { ours, packages } = await loadedBy(command, line.split(' '), { cwd: project, env });
    expect(ours).toContain('src/cli/client/run.ts');
    expect(ours.filter((file) => !ROOMS.test(file) || HEAVY.test(file))).toEqual([]);
    expect(packages.filter((name) => !libraries.includes(name))).toEqual([]);
    // A file too many is not seen by anybody for long.
    expect(ours.length).toBeLessThan(110);
  },
);

test('the version is told by one file beside the first', async () => {
  const { ours, packages, result } = await loadedBy('kontor', ['--version']);
  expect(result.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect([ours, packages]).toEqual([['src/cli/main.ts', 'src/cli/version.ts'], []]);
});
