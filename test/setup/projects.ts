import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { writeSettings } from './client-settings.ts';
import { sandbox, type Sandbox } from './clients.ts';
import type { RunResult } from './run.ts';

/** A client's machine that knows one registry (`http://…/npm`) and, if given, a token for it. */
export function machine(registry: string, token?: string): Sandbox {
  const box = sandbox(`${registry}/`);
  if (token !== undefined) writeSettings(box.home, `${registry}/`, token);
  return box;
}

/**
 * Writes a project into a folder of the sandbox: its `package.json` and further files, programs (`#!`) executable.
 * Returns what a client's `run` takes.
 */
export function project(
  box: Sandbox,
  folder: string,
  manifest: object,
  files: Record<string, string> = {},
): { cwd: string; env: Record<string, string> } {
  const cwd = join(box.cwd, folder);
  const all = { 'package.json': `${JSON.stringify(manifest, undefined, 2)}\n`, ...files };
  for (const [name, text] of Object.entries(all)) {
    const file = join(cwd, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    if (text.startsWith('#!')) chmodSync(file, 0o755);
  }
  return { cwd, env: box.env };
}

/** What a command wrote to standard output; throws with all of what it said if it failed. */
export function output({ code, stdout, stderr }: RunResult): string {
  if (code !== 0) throw new Error(`exit code ${code}: ${stdout}${stderr}`);
  return stdout;
}

/** A JSON file of a project. */
export function readJson(cwd: string, file: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(cwd, file), 'utf8')) as Record<string, unknown>;
}

/** What a test publishes. */
export interface Sample {
  manifest: { name: string; version: string } & Record<string, unknown>;
  files: Record<string, string>;
}

/** The published packages of most tests: a library, and a program under a scope that needs it. */
export const greetings: Sample = {
  manifest: { name: 'greetings', version: '1.0.0', description: 'How to greet', main: 'index.js' },
  files: {
    'index.js': 'module.exports = (name) => `Hello, ${name}!`;\n',
    'README.md': '# greetings\n\nGreets people.\n',
  },
};
export const greeter: Sample = {
  manifest: {
    name: '@acme/greeter',
    version: '1.0.0',
    bin: { greet: 'greet.js' },
    dependencies: { greetings: '^1.0.0' },
  },
  files: {
    'greet.js': "#!/usr/bin/env node\nconsole.log(require('greetings')(process.argv[2] ?? 'world'));\n",
    'README.md': '# greeter\n',
  },
};
