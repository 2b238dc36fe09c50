import { readdirSync, readFileSync } from 'node:fs';

/** The variable that marks every process that the test helpers start, and what those start in turn. */
const MARK = 'TEST_RUN_ID';

/**
 * The environment that a child process starts from: what it needs to run, and nothing of the settings of whoever
 * runs the tests (no `KONTOR_*`, no `npm_config_*`, no proxy), so that a test means the same everywhere.
 */
export function cleanEnvironment(): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const name of ['PATH', 'LANG', 'TMPDIR', 'TERM']) {
    const value = process.env[name];
    if (value !== undefined) environment[name] = value;
  }
  const run = process.env['KONTOR_TEST_RUN'];
  if (run) environment[MARK] = run;
  return environment;
}

/**
 * Kills what this run's tests started and left: a test file whose worker died could not do so itself. Finds them by
 * the mark in their environment, which only Linux shows.
 */
export function killLeftovers(): void {
  const run = process.env['KONTOR_TEST_RUN'];
  if (!run || process.platform !== 'linux') return;
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const marked = readFileSync(`/proc/${entry}/environ`, 'utf8').split('\0').includes(`${MARK}=${run}`);
      if (marked) process.kill(Number(entry), 'SIGKILL');
    } catch {
      // It has ended meanwhile, or belongs to somebody else.
    }
  }
}
