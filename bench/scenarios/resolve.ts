import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { absolute, plainSeries } from '../measure/stats.ts';
import type { Outcome, Scenario } from '../scenario.ts';

const FEWEST = 7;
const PACKAGES = 2000;
const VERSIONS = 10;
const program = fileURLToPath(new URL('../measure/resolve-run.ts', import.meta.url));

export const resolve: Scenario = {
  name: 'resolve',
  needs: [],
  run: async (world): Promise<Outcome[]> => {
    const folder = await mkdtemp(join(tmpdir(), 'kontor-resolve-'));
    try {
      const times = Math.max(FEWEST, world.options.rounds);
      const mild = await measure(
        join(folder, 'mild.json'),
        indexOf(() => false),
        times,
      );
      // One package in ten has highest versions that clash with what others want, so that the resolver must go back.
      const clashing = await measure(
        join(folder, 'clashing.json'),
        indexOf((place) => place % 10 === 3),
        times,
      );
      const series = [
        plainSeries('diamonds and ranges', mild),
        plainSeries('and one package in ten leads astray', clashing),
      ];
      return [
        {
          title: `Resolving and locking ${PACKAGES.toLocaleString('en')} packages`,
          unit: 'ms',
          series,
          ratios: series.map((line) => absolute(line, { at: 'most', bound: 1000, unit: ' ms' })),
          notes: [
            `Each has ${VERSIONS} versions and wants five others. Each turn is a new process on one core: from the bytes of the index to the text of the lock file.`,
          ],
        },
      ];
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};

async function measure(file: string, index: unknown, times: number): Promise<number[]> {
  await writeFile(file, JSON.stringify(index));
  const values: number[] = [];
  for (let time = 0; time <= times; time += 1) {
    const { stdout } = await promisify(execFile)(process.execPath, [program, file]);
    const { took, packages } = JSON.parse(stdout) as { took: number; packages: number };
    if (packages !== PACKAGES) throw new Error(`${packages} packages were locked, not ${PACKAGES}.`);
    // The first turn warms the disk's cache.
    if (time > 0) values.push(took);
  }
  return values;
}

const REQUIREMENTS = ['^1.0.0', '>=1.0.0, <2.0.0', '~1.5', '*', '>=1.2.0'];

/** @param clashes true for a package whose versions above the sixth want what nobody else can have */
function indexOf(clashes: (place: number) => boolean): unknown {
  return Array.from({ length: PACKAGES }, (_, place) => ({
    name: `p${place}`,
    versions: Array.from({ length: VERSIONS }, (_ignored, minor) => ({
      version: `1.${minor}.0`,
      checksum: 'ab'.repeat(32),
      dependencies: Object.fromEntries(
        [1, 2, 7, 31, 150]
          .map((step) => place + step)
          .filter((other) => other < PACKAGES)
          .map((other, which) => {
            const astray = clashes(place) && minor > 6 && which === 2;
            return [`p${other}`, { req: astray ? '<1.1.0' : REQUIREMENTS[which] }];
          }),
      ),
    })).toReversed(),
  }));
}
