import { ratio } from '../measure/stats.ts';
import { takeTurns } from '../measure/rounds.ts';
import type { Outcome, Scenario } from '../scenario.ts';
import { startBare } from '../setup/bare.ts';
import { installHeaders as headers, packageUrl } from '../setup/registry-client.ts';
import type { World } from '../setup/world.ts';
import { hotName, hotPackage, verdaccioWithHotPackage } from './hot-package.ts';
import { underWrk } from './loaded.ts';

export const packument: Scenario = {
  name: 'packument',
  needs: ['wrk', 'nginx'],
  run: async (world: World): Promise<Outcome[]> => {
    const { seconds, rounds } = world.options;
    const answer = await hotPackage(world);
    const contender = (name: string, server: Awaited<ReturnType<World['nginx']>>) =>
      underWrk(name, server, { url: packageUrl(server.registry, hotName), headers, seconds });
    const contenders = [
      await contender('Kontor', await world.kontor()),
      await contender('nginx', await world.nginx('sendfile-on')),
      await contender('nginx without its log', await world.nginx('log-off')),
      await contender('bare handler', await world.server('bare', (folder) => startBare(folder, answer))),
      await contender('Verdaccio', await verdaccioWithHotPackage(world)),
    ];
    const series = await takeTurns(contenders, rounds);
    await world.stop('bare');
    const [kontor, nginx, silent, bare, verdaccio] = series;
    if (!kontor || !nginx || !silent || !bare || !verdaccio) throw new Error('a contender is missing');
    return [
      {
        title: 'Abbreviated packument of 280 versions, 32 connections',
        unit: 'requests/s',
        series,
        ratios: [
          ratio(kontor, nginx, { at: 'least', bound: 0.6 }),
          ratio(kontor, silent),
          ratio(bare, nginx, { at: 'least', bound: 0.85 }),
          ratio(kontor, bare),
          ratio(kontor, verdaccio, { at: 'least', bound: 100 }),
        ],
        notes: [
          `The body has ${answer.body.length} bytes (gzip). Verdaccio compresses its own at every request.`,
          'The bare handler is a diagnosis: the same framework sends the same bytes without routing, rights or log.',
        ],
      },
    ];
  },
};
