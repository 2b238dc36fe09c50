import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { absolute, plainSeries } from '../measure/stats.ts';
import { memory, untilIdle } from '../measure/usage.ts';
import type { Outcome, Scenario } from '../scenario.ts';
import { launcher, startKontor } from '../setup/kontor.ts';
import { cleanEnvironment } from '../../test/setup/leftovers.ts';

const FEWEST = 5;
const MEGABYTE = 2 ** 20;

export const start: Scenario = {
  name: 'start',
  needs: [],
  run: async (world): Promise<Outcome[]> => {
    const { packages, rounds } = world.options;
    const folder = await world.seeded(packages);
    await world.stop(`populated-${packages}`);
    const times = Math.max(FEWEST, rounds);
    const ready: number[] = [];
    const idle: number[] = [];
    // The first start makes what later ones find, such as the code cache.
    for (let time = 0; time <= times; time += 1) {
      const server = await startKontor(folder);
      if (time > 0) {
        ready.push(server.startMs);
        await untilIdle(server);
        idle.push(memory(server).resident / MEGABYTE);
      }
      await server.stop();
    }
    const version: number[] = [];
    for (let time = 0; time <= times; time += 1) {
      const begun = performance.now();
      await promisify(execFile)(launcher, ['--version'], { env: cleanEnvironment() });
      if (time > 0) version.push(performance.now() - begun);
    }
    const lines = [
      plainSeries(`start to ready with ${packages.toLocaleString('en')} packages, ms`, ready),
      plainSeries('idle memory (VmRSS), MB', idle),
      plainSeries('kontor --version, ms', version),
    ];
    const targets = [
      { at: 'most', bound: 1000, unit: ' ms' },
      { at: 'most', bound: 150, unit: ' MB' },
      { at: 'most', bound: 100, unit: ' ms' },
    ] as const;
    return [
      {
        title: 'Start, idle memory, version',
        unit: '',
        series: lines,
        ratios: lines.flatMap((line, index) => {
          const target = targets[index];
          return target ? [absolute(line, target)] : [];
        }),
        notes: ['Memory is read once the jobs of the start are over.'],
      },
    ];
  },
};
