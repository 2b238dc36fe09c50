import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { debianPackages, onPath, type Unpacked } from './debian.ts';

const execute = promisify(execFile);

export type Shell = 'zsh' | 'fish';

/** How a shell is started. */
export interface ShellProgram {
  path: string;
  env: Record<string, string>;
}

/** From the PATH, else Debian's package. */
export async function shellProgram(shell: Shell): Promise<ShellProgram> {
  const folder = onPath(shell);
  if (folder !== undefined) return { path: join(folder, shell), env: {} };
  const unpacked = await debianPackages(`${shell}-debian`, [shell], /^$/, async (found) => {
    const { path, env } = programIn(found, shell);
    await execute(path, ['--version'], { env: { ...process.env, ...env } });
  });
  return programIn(unpacked, shell);
}

function programIn({ root, env }: Unpacked, shell: Shell): ShellProgram {
  const paths = ['bin', 'usr/bin'].map((folder) => join(root, folder, shell));
  return { path: paths.find((path) => existsSync(path)) ?? shell, env };
}
