import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { output } from '../setup/projects.ts';
import { temporaryFolder } from '../setup/resources.ts';
import { run } from '../setup/run.ts';
import { launcher } from '../setup/server.ts';
import { shellProgram } from '../setup/shells.ts';

const folder = temporaryFolder('completion');
const file = (shell: string) => join(folder, shell);

beforeAll(async () => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    await writeFile(file(shell), output(await run(launcher, ['completion', shell])));
  }
});

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
    expect(await offered('vaisc pkg completion ')).toEqual(['bash', 'zsh', 'fish']);
  });
});

test('fish completes commands and options, with what they are for', async () => {
  const { path, env } = await shellProgram('fish');
  const asked = ['kontor tok', 'vaisc pkg comp', 'kontor token create --re'];
  const script = [`source '${file('fish')}'`, ...asked.map((line) => `complete -C'${line}'`)].join('; ');
  const { stdout, stderr } = await run(path, ['-N', '-c', script], { env: { ...env, HOME: folder } });
  expect(stderr).toBe('');
  const words = stdout.split('\n').map((line) => line.split('\t'));
  expect(words.map(([word]) => word)).toEqual(['token', 'completion', '--read-only', '--registries', '']);
  expect(words[0]?.[1]).toBe('look after tokens');
});

test('zsh reads its script', async () => {
  const { path, env } = await shellProgram('zsh');
  expect(await run(path, ['-n', file('zsh')], { env })).toEqual({ code: 0, stdout: '', stderr: '' });
});

test('another shell is misuse', async () => {
  const { code, stderr } = await run(launcher, ['completion', 'tcsh']);
  expect(code).toBe(2);
  expect(stderr).toContain('bash, zsh or fish');
});
