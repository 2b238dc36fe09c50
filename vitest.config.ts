import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Starting a server, a package manager or a real database takes its time on a small machine. */
const slow = { testTimeout: 120_000, hookTimeout: 180_000 };

/** What reads its own memory, traces system calls, takes all of the machine or has no patience with it, has it for itself. */
const alone = [
  'test/faults/memory.test.ts',
  'test/faults/durability.test.ts',
  'test/system/capacity.test.ts',
  // Servers that wait but a moment for Redis, and count by themselves then.
  'test/system/limits.test.ts',
];

export default defineConfig({
  test: {
    reporters: ['default', './test/setup/reporter.ts'],
    // Property tests and type checks share two cores with everything else.
    testTimeout: 30_000,
    // Vitest would leave one core of two to itself. Each file of the slow projects runs servers and clients besides.
    maxWorkers: Math.max(2, Math.ceil(availableParallelism() / 2)),
    // Half a second of a core for each of hundreds of files went into processes and modules of their own. What a file leaves
    // behind, this ends.
    isolate: false,
    setupFiles: ['test/setup/after-file.ts'],
    // As bin/kontor has it, and why.
    execArgv: ['--wasm-wrapper-tiering-budget=2147483647'],
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      exclude: ['src/**/*.test.ts'],
      reporter: ['text-summary', 'html'],
    },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: [
            'src/**/*.test.ts',
            'test/*.test.ts',
            'test/{setup,upstream}/*.test.ts',
            'bench/**/*.test.ts',
          ],
        },
      },
      { extends: true, test: { name: 'architecture', include: ['test/architecture/*.test.ts'] } },
      { extends: true, test: { name: 'static', include: ['test/static/*.test.ts'], ...slow } },
      {
        extends: true,
        test: {
          name: 'contracts',
          include: ['test/contracts/*.test.ts'],
          globalSetup: ['test/setup/global.ts'],
          ...slow,
        },
      },
      {
        extends: true,
        test: {
          name: 'system',
          include: ['test/{system,faults}/**/*.test.ts'],
          exclude: alone,
          globalSetup: ['test/setup/global.ts'],
          ...slow,
        },
      },
      {
        extends: true,
        test: {
          name: 'clients',
          include: ['test/clients/*.test.ts'],
          globalSetup: ['test/setup/global.ts'],
          ...slow,
        },
      },
      {
        extends: true,
        test: {
          name: 'alone',
          include: alone,
          globalSetup: ['test/setup/global.ts'],
          // After all others, one file at a time.
          sequence: { groupOrder: 1 },
          maxWorkers: 1,
          ...slow,
        },
      },
    ],
  },
});
