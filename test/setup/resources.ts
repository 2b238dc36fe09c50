import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const children = new Set<ChildProcess>();
const folders = new Set<string>();

/** A child process that must not outlive the test file, however that ends. */
export function track<T extends ChildProcess>(child: T): T {
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

/** A fresh folder; removed after the test file. */
export function temporaryFolder(name = 'test'): string {
  const folder = mkdtempSync(join(tmpdir(), `kontor-${name}-`));
  folders.add(folder);
  return folder;
}

function release(): void {
  for (const child of children) child.kill('SIGKILL');
  for (const folder of folders)
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  folders.clear();
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  await new Promise((resolve) => child.once('exit', resolve));
}

const endings: (() => unknown)[] = [];

/** Runs `work` after the test file, however that ends. */
export function afterFile(work: () => unknown): void {
  endings.push(work);
}

/**
 * Ends what the test file has left running. Test files share a process and its modules: this belongs to a set-up file, which runs
 * for each of them, for a hook in a module would be of the first only.
 */
export async function releaseAll(): Promise<void> {
  const running = [...children];
  for (const child of running) child.kill('SIGKILL');
  await Promise.all([...running.map(ended), ...endings.splice(0).map((end) => end())]);
  release();
}
process.once('exit', release);
