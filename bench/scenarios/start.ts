import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { absolute, plainSeries } from '../measure/stats.ts';
import { memory, untilIdle } from '../measure/usage.ts';
import type { Outcome, Scenario } from '../scenario.ts';
import { launcher, startKontor } from '../setup/kontor.ts';
import { cleanEnvironment } from '../../test/setup/leftovers.ts';

const FEWEST = 5;
const MEGABYTE = 2 ** 20;

/** Milliseconds of each run of a command but the first, which may have to fill the code cache. */
async function timesOf(times: number, command: string, args: string[], cwd: string): Promise<number[]> {
  const found: number[] = [];
  const env = { ...cleanEnvironment(), HOME: cwd };
  for (let time = 0; time <= times; time += 1) {
    const begun = performance.now();
    await promisify(execFile)(command, args, { cwd, env });
    if (time > 0) found.push(performance.now() - begun);
  }
  return found;
}

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
    const project = await world.folder('vais-project');
    await writeFile(join(project, 'vais.toml'), '[package]\nname = "demo"\nversion = "1.0.0"\n');
    const vaisc = join(dirname(launcher), 'vaisc');
    const node = await timesOf(times, process.execPath, ['-e', '0'], project);
    const version = await timesOf(times, launcher, ['--version'], project);
    const install = await timesOf(times, vaisc, ['pkg', 'install', '--offline'], project);
    const lines = [
      plainSeries(`start to ready with ${packages.toLocaleString('en')} packages, ms`, ready),
      plainSeries('idle memory (VmRSS), MB', idle),
      plainSeries('kontor --version, ms', version),
      plainSeries('vaisc pkg install of a project that needs nothing, ms', install),
      plainSeries('node -e 0, ms', node),
    ];
    const targets = [
      { at: 'most', bound: 1000, unit: ' ms' },
      { at: 'most', bound: 150, unit: ' MB' },
      { at: 'most', bound: 100, unit: ' ms' },
      { at: 'most', bound: 150, unit: ' ms' },
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
