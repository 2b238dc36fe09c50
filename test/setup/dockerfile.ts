import { cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './run.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));

export interface Instruction {
  name: string;
  text: string;
}

/** The instructions of a file, with lines that go on joined (Dockerfile reference, "Format"). */
export function readDockerfile(text: string): Instruction[] {
  const lines = text
    .split('\n')
    .filter((line) => !/^\s*(#|$)/.test(line))
    .join('\n')
    .replace(/\\\n/g, ' ')
    .split('\n');
  return lines.map((line) => {
    const [, name = '', rest = ''] = /^(\w+)\s+(.*)$/.exec(line.trim()) ?? [];
    return { name: name.toUpperCase(), text: rest };
  });
}

export interface Image {
  from: string;
  env: Record<string, string>;
  /** The folder that commands run in. */
  workdir: string;
  command: string[];
  healthcheck: string[];
  user: string;
  volumes: string[];
  ports: string[];
  /** What the system's package manager was asked for. */
  installed: string[];
}

/**
 * Does what a builder does with a Dockerfile of the repository, with `root` for the root of the file system. What needs another machine is
 * not done but noted: packages of the system, and owners. `npm ci --omit=dev` links what the lock file says it would install.
 */
export async function replayDockerfile(file: string, root: string): Promise<Image> {
  const instructions = readDockerfile(readFileSync(join(repository, file), 'utf8'));
  const all = (name: string) => instructions.filter((one) => one.name === name).map(({ text }) => text);
  const image: Image = {
    from: all('FROM').at(-1) ?? '',
    env: {},
    workdir: root,
    command: JSON.parse(all('CMD').at(-1) ?? '[]') as string[],
    healthcheck: JSON.parse(/CMD (.*)$/.exec(all('HEALTHCHECK').at(-1) ?? '')?.[1] ?? '[]') as string[],
    user: all('USER').at(-1) ?? 'root',
    volumes: all('VOLUME'),
    ports: all('EXPOSE'),
    installed: [],
  };
  mkdirSync(join(root, 'usr/local/bin'), { recursive: true });
  for (const { name, text } of instructions) {
    if (name === 'WORKDIR') {
      image.workdir = join(root, text);
      mkdirSync(image.workdir, { recursive: true });
    } else if (name === 'COPY') copy(text, image.workdir);
    else if (name === 'ENV') Object.assign(image.env, variables(text));
    else if (name === 'RUN') await runStep(text, root, image);
  }
  return image;
}

function copy(text: string, workdir: string): void {
  const paths = text.split(/\s+/);
  const to = paths.pop() ?? '.';
  for (const path of paths) {
    const target = to.endsWith('/') ? join(workdir, to, path) : join(workdir, to);
    cpSync(join(repository, path), target, { recursive: true, verbatimSymlinks: true });
  }
}

function variables(text: string): Record<string, string> {
  return Object.fromEntries(
    text.split(/\s+/).map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  );
}

async function runStep(text: string, root: string, image: Image): Promise<void> {
  const steps = text.split('&&').map((step) => step.trim());
  for (const step of steps) {
    const [program = '', ...words] = step.split(/\s+/);
    if (program === 'apt-get') {
      if (words[0] === 'install')
        image.installed.push(...words.slice(1).filter((word) => !word.startsWith('-')));
    } else if (step.startsWith('npm ci ')) linkProduction(image.workdir);
    else if (!['npm', 'chown', 'rm'].includes(program)) {
      const here = step.replaceAll(/(?<=^| )\/(?=\w)/g, `${root}/`);
      const { code, stderr } = await run('/bin/sh', ['-ec', here], { cwd: image.workdir });
      if (code !== 0) throw new Error(`«${step}» ended with ${code}: ${stderr}`);
    }
  }
}

/** What `npm ci --omit=dev` would put there, by the lock file alone. */
function linkProduction(workdir: string): void {
  const { packages } = JSON.parse(readFileSync(join(workdir, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean; devOptional?: boolean }>;
  };
  for (const [path, { dev, devOptional }] of Object.entries(packages)) {
    const isTop = path.lastIndexOf('node_modules/') === 0;
    if (!isTop || dev === true || devOptional === true) continue;
    const target = join(workdir, path);
    mkdirSync(join(target, '..'), { recursive: true });
    symlinkSync(join(repository, path), target);
  }
}
