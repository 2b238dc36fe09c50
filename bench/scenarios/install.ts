import { symlink, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../../test/setup/ports.ts';
import { plainSeries, ratio } from '../measure/stats.ts';
import { takeTurns, type Contender } from '../measure/rounds.ts';
import type { Outcome, Scenario, Series } from '../scenario.ts';
import { applicationFixture, fillSite, lockedVersions } from '../setup/application.ts';
import { startKontor } from '../setup/kontor.ts';
import { makeSite, startNginx } from '../setup/nginx.ts';
import { npmCi } from '../setup/npm.ts';
import { fetchOk, installHeaders, packageUrl } from '../setup/registry-client.ts';
import type { Server } from '../setup/server.ts';
import { startVerdaccio, verdaccioProject } from '../setup/verdaccio.ts';
import type { World } from '../setup/world.ts';

/** `npm ci` of a real application through a registry that has pulled all of it from its upstream before. */
export const install: Scenario = {
  name: 'install',
  needs: ['nginx'],
  run: async (world: World): Promise<Outcome[]> => {
    const upstream = await startUpstream(world);
    const kontor = await world.server('install-kontor', (folder) =>
      startKontor(folder, { upstream: upstream.registry }),
    );
    const verdaccio = await world.server('install-verdaccio', (folder) =>
      startVerdaccio(folder, upstream.registry),
    );
    const work = await world.folder('install-work');
    const names = [...(await lockedVersions()).keys()];
    const contender = async (name: string, server: Server): Promise<Contender> => {
      await npmCi(work, verdaccioProject, server.registry);
      return {
        name,
        server,
        turn: async () => ({
          value: await npmCi(work, verdaccioProject, server.registry),
          operations: 1,
        }),
      };
    };
    // Kontor has everything after its warm-up, so the static site can be made of its answers.
    const first = await contender('Kontor', kontor);
    const series = await takeTurns(
      [
        first,
        await contender('static server', await startStatic(world, kontor, names)),
        await contender('Verdaccio', verdaccio),
      ],
      world.options.rounds,
    );
    for (const name of ['upstream', 'kontor', 'verdaccio', 'static']) await world.stop(`install-${name}`);
    const [ours, fixed, theirs] = series;
    if (!ours || !fixed || !theirs) throw new Error('a contender is missing');
    return [
      {
        title: `npm ci of an application of ${names.length} packages, warm`,
        unit: 's',
        series,
        ratios: [
          ratio(ours, fixed, { at: 'most', bound: 1.05 }),
          ratio(cpuOf(ours), cpuOf(theirs), { at: 'most', bound: 0.3 }),
        ],
        notes: [
          'The application is Verdaccio itself. npm starts with an empty cache every time, and asks for every document and tarball. Both registries pulled the packages from a static upstream on this machine before, and may revalidate with it.',
        ],
      },
    ];
  },
};

/** nginx as the registry that the packages come from. */
function startUpstream(world: World): Promise<Server> {
  return world.server('install-upstream', async (folder) => {
    const site = await makeSite(join(folder, 'site'));
    const port = await freePort();
    await fillSite(site, await applicationFixture(), `http://127.0.0.1:${port}/npm`);
    return startNginx(folder, site, { settings: 'sendfile-on', port });
  });
}

/** nginx with what Kontor answers: the abbreviated documents, and the same tarballs. */
function startStatic(world: World, kontor: Server, names: string[]): Promise<Server> {
  return world.server('install-static', async (folder) => {
    const port = await freePort();
    const site = await makeSite(join(folder, 'site'));
    for (const name of names) {
      // Kontor builds its URLs from the host that it is asked by, so these lead to nginx.
      const headers = { ...installHeaders, host: `127.0.0.1:${port}` };
      await site.document(name, (await fetchOk(packageUrl(kontor.registry, name), headers)).body);
    }
    const tarballs = join(site.root, 'tarballs');
    await rm(tarballs, { recursive: true });
    await symlink(join(await world.folder('install-upstream'), 'site/tarballs'), tarballs);
    return startNginx(folder, site, { settings: 'sendfile-on', port });
  });
}

function cpuOf({ name, cpuSeconds }: Series): Series {
  return plainSeries(`CPU of ${name}`, cpuSeconds);
}
