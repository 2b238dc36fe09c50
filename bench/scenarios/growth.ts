import { startPings } from '../measure/ping.ts';
import { absolute, plainSeries, ratio } from '../measure/stats.ts';
import type { Outcome, Scenario } from '../scenario.ts';
import { libraryManifest, publishRequest } from '../setup/packages.ts';
import { fetchOk, installHeaders, packageUrl, publishOk } from '../setup/registry-client.ts';
import { grownName, GROWN_VERSIONS, type Registry } from '../setup/world.ts';

/** Each is one publish with the first reads after it: cheap enough to be repeated. */
const FEWEST = 5;

const steps = ['publish', 'first full read', 'first abbreviated read', 'all three', 'longest stall'] as const;
type Step = (typeof steps)[number];

/** What a version costs on a package with many: protocols of npm send the whole document each time. */
export const growth: Scenario = {
  name: 'growth',
  needs: [],
  run: async (world): Promise<Outcome[]> => {
    const kontor = await world.kontor();
    const times = Math.max(FEWEST, world.options.rounds);
    // A first time of everything, so that code and connection are warm.
    await addVersion(kontor, 'growth-warm', '1.0.0');
    await addVersion(kontor, grownName, `1.0.${GROWN_VERSIONS}`);

    const idle = await startPings(kontor.url);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const idleStall = (await idle.stop()).longest;

    const first = new Map<Step, number[]>(steps.map((step) => [step, []]));
    const late = new Map<Step, number[]>(steps.map((step) => [step, []]));
    for (let time = 1; time <= times; time += 1) {
      await measured(kontor, `growth-fresh-${time}`, '1.0.0', first);
      await measured(kontor, grownName, `1.0.${GROWN_VERSIONS + time}`, late);
    }
    const lines = steps.map((step) => ({
      step,
      first: plainSeries(`version 1: ${step}`, first.get(step) ?? []),
      late: plainSeries(`version 5,001: ${step}`, late.get(step) ?? []),
    }));
    return [
      {
        title: 'Version 5,001 against version 1, with the first reads after it',
        unit: 'ms',
        series: lines.flatMap((line) => [line.first, line.late]),
        ratios: lines.map((line) =>
          line.step === 'longest stall'
            ? absolute(line.late, { at: 'most', bound: 20, unit: ' ms' })
            : ratio(line.late, line.first, { at: 'most', bound: 1.5 }),
        ),
        notes: [
          `The stall is the longest answer time of /health, asked every 2 ms over one connection meanwhile; idle it was ${idleStall.toFixed(1)} ms.`,
        ],
      },
    ];
  },
};

async function measured(
  kontor: Registry,
  name: string,
  version: string,
  into: Map<Step, number[]>,
): Promise<void> {
  const pings = await startPings(kontor.url);
  const times = await addVersion(kontor, name, version);
  const { longest } = await pings.stop();
  const all = times.publish + times.full + times.abbreviated;
  const values = [times.publish, times.full, times.abbreviated, all, longest];
  for (const [index, step] of steps.entries()) into.get(step)?.push(values[index] ?? Number.NaN);
}

/** Milliseconds. */
async function addVersion(kontor: Registry, name: string, version: string) {
  const body = await publishRequest(libraryManifest(name, version));
  const url = packageUrl(kontor.registry, name);
  return {
    publish: await timed(() => publishOk(kontor.registry, name, kontor.token, body)),
    full: await timed(() => fetchOk(url, { accept: 'application/json', 'accept-encoding': 'gzip' })),
    abbreviated: await timed(() => fetchOk(url, installHeaders)),
  };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}
