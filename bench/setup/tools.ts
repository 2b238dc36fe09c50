import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const exec = promisify(execFile);

/** What the bench calls, the Debian package that brings it, and how to ask for its version. */
const tools = [
  { command: 'wrk', package: 'wrk', version: ['--version'] },
  { command: 'nginx', package: 'nginx', version: ['-v'] },
  { command: 'taskset', package: 'util-linux', version: ['--version'] },
] as const;

export type Tool = (typeof tools)[number]['command'];

/** Versions of the tools that are here, after an attempt to install what is missing, and sentences on the rest. */
export async function findTools(): Promise<{ versions: Map<Tool, string>; missing: string[] }> {
  const versions = new Map<Tool, string>();
  const missing: string[] = [];
  for (const tool of tools) {
    let version = await versionOf(tool.command, tool.version);
    if (version === undefined && process.getuid?.() === 0) {
      await install(tool.package);
      version = await versionOf(tool.command, tool.version);
    }
    if (version !== undefined) versions.set(tool.command, version);
    else missing.push(`${tool.command} is missing: install the package ${tool.package} of this system.`);
  }
  return { versions, missing };
}

/** wrk says its version with exit code 1, and nginx on standard error. */
async function versionOf(command: string, args: readonly string[]): Promise<string | undefined> {
  try {
    const { stdout, stderr } = await exec(command, [...args]).catch((error: unknown) => {
      const result = error as { code?: unknown; stdout?: string; stderr?: string };
      if (typeof result.code !== 'number') throw error;
      return { stdout: result.stdout ?? '', stderr: result.stderr ?? '' };
    });
    return /\d+(?:\.\d+)+/.exec(stdout + stderr)?.[0] ?? 'of unknown version';
  } catch {
    return undefined;
  }
}

async function install(name: string): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const args of [['update'], ['-y', '--no-install-recommends', 'install', name]]) {
    await exec('apt-get', args, { env, timeout: 300_000 }).catch(() => undefined);
  }
}
