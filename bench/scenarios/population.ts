import { ratio } from '../measure/stats.ts';
import { takeTurns } from '../measure/rounds.ts';
import { untilIdle } from '../measure/usage.ts';
import type { Outcome, Scenario } from '../scenario.ts';
import { installHeaders as headers } from '../setup/registry-client.ts';
import { populationPrefix, type Registry, type World } from '../setup/world.ts';
import { underWrk } from './loaded.ts';

const FEW = 10;
const HOT = 1000;

/** Does a server slow down because it has much? */
export const population: Scenario = {
  name: 'population',
  needs: ['wrk'],
  run: async (world: World): Promise<Outcome[]> => {
    const { packages, seconds, rounds } = world.options;
    const small = await world.populated(FEW);
    const large = await world.populated(packages);
    const contender = (name: string, server: Registry, names: number) =>
      underWrk(name, server, { url: `${server.registry}/${populationPrefix}`, headers, seconds, names });
    await untilIdle(large);
    const many = packages.toLocaleString('en');
    const hot = Math.min(HOT, packages);
    const series = await takeTurns(
      [
        await contender(`${FEW} stored`, small, FEW),
        await contender(`${many} stored, ${hot} hot names`, large, hot),
        await contender(`${many} stored, uniform names`, large, packages),
      ],
      rounds,
    );
    await world.stop(`populated-${FEW}`);
    const [few, hotNames, uniform] = series;
    if (!few || !hotNames || !uniform) throw new Error('a contender is missing');
    return [
      {
        title: `Packuments with ${many} packages stored against ${FEW}`,
        unit: 'requests/s',
        series,
        ratios: [
          ratio(hotNames, few, { at: 'least', bound: 0.95 }),
          ratio(uniform, few, { at: 'least', bound: 0.95 }),
        ],
        notes: [
          'Every package has one version, so all documents are alike. With uniform names most documents are asked for the first time and must be built: that is what the last ratio shows.',
        ],
      },
    ];
  },
};
