import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { output } from '../setup/projects.ts';
import { temporaryFolder } from '../setup/resources.ts';
import { run } from '../setup/run.ts';
import { launcher } from '../setup/server.ts';

const folder = temporaryFolder('completion');
const file = (shell: string) => join(folder, shell);

beforeAll(async () => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    await writeFile(file(shell), output(await run(launcher, ['completion', shell])));
  }
});

const has = async (shell: string) => (await run(shell, ['-c', 'exit 0']).catch(() => undefined))?.code === 0;

/** What a shell offers for the last word of a line. */
async function offered(line: string): Promise<string[]> {
  const words = line.split(' ');
  const program = words[0] ?? '';
  const script = `
    source '${file('bash')}'
    COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')})
    COMP_CWORD=${words.length - 1}
    $(complete -p ${program} | sed 's/.*-F \\([^ ]*\\).*/\\1/')
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = await run('bash', ['--norc', '-c', script]);
  expect(stderr).toBe('');
  return stdout.split('\n').filter((word) => word !== '');
}

describe('bash completes', () => {
  test('the commands of the server and the client after kontor', async () => {
    expect(await offered('kontor ')).toEqual(expect.arrayContaining(['serve', 'token', 'pkg', 'completion']));
    expect(await offered('kontor comp')).toEqual(['completion']);
  });

  test('commands in groups, also behind options', async () => {
    expect(await offered('kontor --config x token cr')).toEqual(['create']);
    expect(await offered('kontor registry upstream l')).toEqual(['list']);
  });

  test('options of the command that is there, and values that are known', async () => {
    expect(await offered('kontor token create --re')).toEqual(['--read-only', '--registries']);
    expect(await offered('kontor pkg completion --color ')).toEqual(['auto', 'always', 'never']);
    expect(await offered('kontor serve ')).toEqual([]);
  });

  test('[V-13] vaisc', async () => {
    expect(await offered('vaisc ')).toEqual(['pkg']);
    expect(await offered('vaisc pkg comp')).toEqual(['completion']);
    expect(await offered('vaisc pkg completion --qu')).toEqual(['--quiet']);
  });
});

test.each(['zsh', 'fish'])('%s reads its script', async (shell) => {
  if (!(await has(shell))) return;
  expect(await run(shell, ['-n', file(shell)])).toEqual({ code: 0, stdout: '', stderr: '' });
});

test('another shell is misuse', async () => {
  const { code, stderr } = await run(launcher, ['completion', 'tcsh']);
  expect(code).toBe(2);
  expect(stderr).toContain('bash, zsh or fish');
});
