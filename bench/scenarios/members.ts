import { takeTurns } from '../measure/rounds.ts';
import { ratio } from '../measure/stats.ts';
import { untilIdle } from '../measure/usage.ts';
import type { Outcome, Scenario } from '../scenario.ts';
import { startKontor } from '../setup/kontor.ts';
import { libraryManifest, publishRequest } from '../setup/packages.ts';
import { installHeaders, packageUrl, publishOk } from '../setup/registry-client.ts';
import { organisationName, seedPeople, type People } from '../setup/seed-people.ts';
import type { World } from '../setup/world.ts';
import { underWrk } from './loaded.ts';

const FEW: People = { users: 10, organisations: 1 };
const packageName = `@${organisationName(0)}/shared`;

/** Does it matter how many people there are, where rights are asked? */
export const members: Scenario = {
  name: 'members',
  needs: ['wrk'],
  run: async (world: World): Promise<Outcome[]> => {
    const { packages, seconds, rounds } = world.options;
    // As many as the large store has packages, so that a quick run stays quick.
    const many: People = { users: packages, organisations: Math.ceil(packages / 100) };
    const contender = async (people: People) => {
      const name = `people-${people.users}`;
      const server = await world.registry(name, async (folder) => {
        await seedPeople(folder, people);
        return startKontor(folder);
      });
      const request = await publishRequest(libraryManifest(packageName, '1.0.0'));
      await publishOk(server.registry, packageName, server.token, request);
      await untilIdle(server);
      const headers = { ...installHeaders, authorization: `Bearer ${server.token}` };
      const title = `${people.users.toLocaleString('en')} users, ${people.organisations.toLocaleString('en')} organisations`;
      return underWrk(title, server, { url: packageUrl(server.registry, packageName), headers, seconds });
    };
    const series = await takeTurns([await contender(FEW), await contender(many)], rounds);
    await world.stop(`people-${FEW.users}`);
    await world.stop(`people-${many.users}`);
    const [few, lots] = series;
    if (!few || !lots) throw new Error('a contender is missing');
    return [
      {
        title: 'A member reads a package of their organisation',
        unit: 'requests/s',
        series,
        ratios: [ratio(lots, few, { at: 'least', bound: 0.95 })],
        notes: ['Each request reads token, user and what organisation, teams and registry allow them.'],
      },
    ];
  },
};
