import { defineConfig } from 'vitest/config';

/** Starting a server, a package manager or a real database takes its time on a small machine. */
const slow = { testTimeout: 120_000, hookTimeout: 180_000 };

export default defineConfig({
  test: {
    reporters: ['default', './test/setup/reporter.ts'],
    // Property tests and type checks share two cores with everything else.
    testTimeout: 30_000,
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
          include: ['test/{system,clients,faults}/**/*.test.ts'],
          exclude: ['**/node_modules/**'],
          globalSetup: ['test/setup/global.ts'],
          // One file at a time: crash loops and memory readings must not disturb each other.
          fileParallelism: false,
          ...slow,
        },
      },
    ],
  },
});
