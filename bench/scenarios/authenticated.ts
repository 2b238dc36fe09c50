import { ratio } from '../measure/stats.ts';
import { takeTurns } from '../measure/rounds.ts';
import type { Outcome, Scenario } from '../scenario.ts';
import { installHeaders, packageUrl } from '../setup/registry-client.ts';
import type { World } from '../setup/world.ts';
import { hotName, hotPackage } from './hot-package.ts';
import { underWrk } from './loaded.ts';

/** What does it cost to say who one is? */
export const authenticated: Scenario = {
  name: 'authenticated',
  needs: ['wrk'],
  run: async (world: World): Promise<Outcome[]> => {
    const { seconds, rounds } = world.options;
    await hotPackage(world);
    const kontor = await world.kontor();
    const url = packageUrl(kontor.registry, hotName);
    const contender = (name: string, headers: Record<string, string>) =>
      underWrk(name, kontor, { url, headers, seconds });
    const series = await takeTurns(
      [
        await contender('nobody', installHeaders),
        await contender('a token', { ...installHeaders, authorization: `Bearer ${kontor.token}` }),
      ],
      rounds,
    );
    const [nobody, token] = series;
    if (!nobody || !token) throw new Error('a contender is missing');
    return [
      {
        title: 'The same packument with a token',
        unit: 'requests/s',
        series,
        ratios: [ratio(token, nobody, { at: 'least', bound: 0.85 })],
        notes: [
          'An answer to a token is given again while the database is unchanged, so that a revoked one ends at once.',
        ],
      },
    ];
  },
};
