import { best, ratio } from '../measure/stats.ts';
import { takeTurns } from '../measure/rounds.ts';
import type { Outcome, Scenario, Target } from '../scenario.ts';
import { libraryManifest, publishRequest } from '../setup/packages.ts';
import { fetchOk, publishOk } from '../setup/registry-client.ts';
import type { Server } from '../setup/server.ts';
import type { World } from '../setup/world.ts';
import { underWrk } from './loaded.ts';

interface Size {
  name: string;
  title: string;
  bytes: number;
  toNginx: Target;
  toVerdaccio: Target | undefined;
}

const sizes: Size[] = [
  {
    name: 'tarball-small',
    title: 'Tarball of 50 KB, hot, 32 connections',
    bytes: 50_000,
    toNginx: { at: 'least', bound: 0.75 },
    toVerdaccio: { at: 'least', bound: 8 },
  },
  {
    name: 'tarball-large',
    title: 'Tarball of 1 MB, hot, 32 connections',
    bytes: 1_000_000,
    toNginx: { at: 'least', bound: 0.9 },
    toVerdaccio: undefined,
  },
];

export const tarball: Scenario = {
  name: 'tarball',
  needs: ['wrk', 'nginx'],
  run: async (world) => {
    const outcomes: Outcome[] = [];
    for (const size of sizes) outcomes.push(await measure(world, size));
    return outcomes;
  },
};

async function measure(world: World, size: Size): Promise<Outcome> {
  const { rounds, seconds } = world.options;
  const file = `${size.name}-1.0.0.tgz`;
  const body = await publishRequest(libraryManifest(size.name, '1.0.0'), size.bytes);
  const kontor = await world.kontor();
  const verdaccio = await world.verdaccio();
  for (const { registry, token } of [kontor, verdaccio]) await publishOk(registry, size.name, token, body);
  const urlOf = (server: Server) => `${server.registry}/${size.name}/-/${file}`;
  const stored = await fetchOk(urlOf(kontor));
  await (await world.site()).tarball(size.name, file, stored.body);

  const contender = (name: string, server: Server) => underWrk(name, server, { url: urlOf(server), seconds });
  const series = await takeTurns(
    [
      await contender('Kontor', kontor),
      await contender('nginx, sendfile on', await world.nginx('sendfile-on')),
      await contender('nginx, sendfile off', await world.nginx('sendfile-off')),
      await contender('nginx, sendfile on, without its log', await world.nginx('log-off')),
      await contender('Verdaccio', verdaccio),
    ],
    rounds,
  );
  const [ours, on, off, silent, theirs] = series;
  if (!ours || !on || !off || !silent || !theirs) throw new Error('a contender is missing');
  return {
    title: size.title,
    unit: 'requests/s',
    series,
    ratios: [
      ratio(ours, best([on, off]) ?? on, size.toNginx),
      ratio(ours, silent),
      ratio(ours, theirs, size.toVerdaccio),
    ],
    notes: [`The file has ${stored.body.length} bytes.`],
  };
}
