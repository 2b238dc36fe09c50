import { writeSync } from 'node:fs';
import type { SerializedError } from 'vitest';
import type { Reporter, TestModule } from 'vitest/node';

export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** The last line of a test run: `N passed, N failed`, then `, N skipped` if any were. */
export function countsLine(counts: Counts): string {
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
  return `${counts.passed} passed, ${counts.failed} failed${skipped}`;
}

/**
 * Counts tests. What failed outside of a test counts as one failure, so that the line never says `0 failed` of a run
 * that exits non-zero: a file that cannot be loaded, a hook that throws, an error that nobody caught.
 */
export function countTests(modules: readonly TestModule[], unhandled: readonly SerializedError[]): Counts {
  const counts: Counts = { passed: 0, failed: unhandled.length, skipped: 0 };
  for (const module of modules) {
    counts.failed += module.errors().length;
    for (const suite of module.children.allSuites()) counts.failed += suite.errors().length;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === 'passed') counts.passed += 1;
      else if (state === 'failed') counts.failed += 1;
      else counts.skipped += 1;
    }
  }
  return counts;
}

/** Prints the counts as the very last thing that the process writes, after vitest's own summary and its teardown. */
export default class CountsReporter implements Reporter {
  #counts: Counts | undefined;

  onInit(): void {
    process.once('exit', (code) => {
      const counts = this.#counts ?? { passed: 0, failed: 0, skipped: 0 };
      // A set-up that throws ends the run before any test has been counted.
      if (code !== 0 && counts.failed === 0) counts.failed = 1;
      writeSync(1, `${countsLine(counts)}\n`);
    });
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    this.#counts = countTests(modules, unhandled);
  }
}
