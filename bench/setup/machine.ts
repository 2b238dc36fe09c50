import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { cpus, release, totalmem, type } from 'node:os';
import { promisify } from 'node:util';
import { isPinned } from './processes.ts';
import type { Tool } from './tools.ts';

/** Lines that say what the numbers were measured on. */
export async function describeMachine(versions: ReadonlyMap<Tool, string>): Promise<string[]> {
  const verdaccio = JSON.parse(
    await readFile(new URL('../verdaccio/package.json', import.meta.url), 'utf8'),
  ) as { dependencies: { verdaccio: string } };
  const commit = await promisify(execFile)('git', ['rev-parse', '--short', 'HEAD'], {
    cwd: import.meta.dirname,
  }).then(
    ({ stdout }) => stdout.trim(),
    () => 'unknown',
  );
  const pinned = isPinned()
    ? 'servers on core 0, load on core 1'
    : 'nothing is pinned, so servers and load are in each other’s way';
  return [
    `Date: ${new Date().toISOString().slice(0, 16)} UTC, commit ${commit}`,
    `Machine: ${cpus()[0]?.model.trim() ?? 'unknown CPU'}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GB, ${type()} ${release()}`,
    `Versions: Node ${process.versions.node}, nginx ${versions.get('nginx') ?? '-'}, wrk ${versions.get('wrk') ?? '-'}, Verdaccio ${verdaccio.dependencies.verdaccio}`,
    `Cores: ${pinned}`,
  ];
}
