import { ratio } from '../measure/stats.ts';
import { takeTurns } from '../measure/rounds.ts';
import type { Outcome, Scenario } from '../scenario.ts';
import { fetchOk, get, installHeaders, packageUrl } from '../setup/registry-client.ts';
import type { Server } from '../setup/server.ts';
import type { World } from '../setup/world.ts';
import { hotName, hotPackage, verdaccioWithHotPackage } from './hot-package.ts';
import { underWrk } from './loaded.ts';

export const notModified: Scenario = {
  name: 'not-modified',
  needs: ['wrk', 'nginx'],
  run: async (world: World): Promise<Outcome[]> => {
    await hotPackage(world);
    const contender = async (name: string, server: Server) => {
      const url = packageUrl(server.registry, hotName);
      const etag = (await fetchOk(url, installHeaders)).headers['etag'];
      if (typeof etag !== 'string') throw new Error(`${name} sends no ETag.`);
      const headers = { ...installHeaders, 'if-none-match': etag };
      const { status } = await get(url, headers);
      if (status !== 304) throw new Error(`${name} answers ${status} to its own ETag.`);
      return underWrk(name, server, { url, headers, seconds: world.options.seconds });
    };
    const series = await takeTurns(
      [
        await contender('Kontor', await world.kontor()),
        await contender('nginx', await world.nginx('sendfile-on')),
        await contender('nginx without its log', await world.nginx('log-off')),
        await contender('Verdaccio', await verdaccioWithHotPackage(world)),
      ],
      world.options.rounds,
    );
    const [kontor, nginx, silent, verdaccio] = series;
    if (!kontor || !nginx || !silent || !verdaccio) throw new Error('a contender is missing');
    return [
      {
        title: 'The same packument, 304',
        unit: 'requests/s',
        series,
        ratios: [
          ratio(kontor, nginx, { at: 'least', bound: 0.3 }),
          ratio(kontor, silent),
          ratio(kontor, verdaccio),
        ],
        notes: ['Each server is asked with the ETag that it gave itself.'],
      },
    ];
  },
};
