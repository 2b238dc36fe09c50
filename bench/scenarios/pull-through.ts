import { DatabaseSync } from 'node:sqlite';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Agent } from 'undici';
import { arrival } from '../measure/first-byte.ts';
import { absolute, median, plainSeries, ratio } from '../measure/stats.ts';
import { takeTurns, type Contender } from '../measure/rounds.ts';
import type { Outcome, Scenario } from '../scenario.ts';
import { applicationFixture, lockedVersions } from '../setup/application.ts';
import { startKontor } from '../setup/kontor.ts';
import { npmCi } from '../setup/npm.ts';
import { archiveRequest, type Manifest } from '../setup/packages.ts';
import { fetchOk, installHeaders, packageUrl, publishOk } from '../setup/registry-client.ts';
import type { Server } from '../setup/server.ts';
import { startSlowUpstream, type SlowUpstream } from '../setup/upstream.ts';
import { verdaccioProject } from '../setup/verdaccio.ts';
import type { World } from '../setup/world.ts';

/** Tarballs in a turn. */
const COLD = 20;
/** Upstream requests that Kontor may have in flight. */
const MOST_IN_FLIGHT = 16;
const HOUR = 3_600_000;

/** What an upstream behind 50 ms and 20 MB/s costs, and what it is asked. */
export const pullThrough: Scenario = {
  name: 'pull-through',
  needs: [],
  run: async (world: World): Promise<Outcome[]> => {
    const upstream = await world.server('pull-upstream', startSlowUpstream);
    const outcomes = [
      ...(await coldTarballs(world, upstream)),
      await warmInstall(world, upstream),
      await staleDocuments(world, upstream),
    ];
    await world.stop('pull-upstream');
    return outcomes;
  },
};

async function coldTarballs(world: World, upstream: SlowUpstream): Promise<Outcome[]> {
  const kontor = await world.server('pull-cold', (folder) =>
    startKontor(folder, { upstream: upstream.registry }),
  );
  const agent = new Agent({ connections: 1 });
  const wholes: [number[], number[]] = [[], []];
  const contender = (label: string, server: Server, whole: number[], warm: boolean): Contender => ({
    name: label,
    server,
    turn: async (round) => {
      const names = Array.from({ length: COLD }, (_, place) => `made-${round}-${place}`);
      // Both have the document: a client reads it before it asks for the tarball.
      if (warm) await Promise.all(names.map((name) => fetchOk(packageUrl(server.registry, name))));
      const arrivals = [];
      for (const name of names) {
        arrivals.push(await arrival(`${server.registry}/${name}/-/${name}-1.0.0.tgz`, agent));
      }
      whole.push(median(arrivals.map((each) => each.whole)));
      return { value: median(arrivals.map((each) => each.first)), operations: COLD };
    },
  });
  const [ours, direct] = await takeTurns(
    [contender('through Kontor', kontor, wholes[0], true), contender('direct', upstream, wholes[1], false)],
    world.options.rounds,
  );
  await agent.close();
  await world.stop('pull-cold');
  if (!ours || !direct) throw new Error('a contender is missing');
  const [all, allDirect] = [plainSeries('through Kontor', wholes[0]), plainSeries('direct', wholes[1])];
  return [
    {
      title: 'First byte of a cold tarball, upstream with 50 ms of delay and 20 MB/s',
      unit: 'ms',
      series: [ours, direct],
      ratios: [ratio(ours, direct, { at: 'most', bound: 1.1 })],
      notes: [
        `A turn downloads ${COLD} tarballs of 1 MB, one after another; each is checked and stored while it comes.`,
      ],
    },
    {
      title: 'The whole of that tarball',
      unit: 'ms',
      series: [all, allDirect],
      ratios: [ratio(all, allDirect)],
      notes: ['The last byte comes when all bytes are checked.'],
    },
  ];
}

/** The same application from a registry that pulled it, and from one where it was published. */
async function warmInstall(world: World, upstream: SlowUpstream): Promise<Outcome> {
  const cached = await world.server('pull-cached', (folder) =>
    startKontor(folder, { upstream: upstream.registry }),
  );
  const hosted = await world.registry('pull-hosted', (folder) =>
    startKontor(folder, { upstream: upstream.registry }),
  );
  await publishApplication(hosted.registry, hosted.token);
  const work = await world.folder('pull-work');
  const contender = async (name: string, server: Server): Promise<Contender> => {
    await npmCi(work, verdaccioProject, server.registry);
    return {
      name,
      server,
      turn: async () => ({ value: await npmCi(work, verdaccioProject, server.registry), operations: 1 }),
    };
  };
  const contenders = [await contender('cached', cached), await contender('hosted', hosted)];
  await upstream.tally();
  const [ours, own] = await takeTurns(contenders, world.options.rounds);
  const { requests } = await upstream.tally();
  for (const name of ['cached', 'hosted']) await world.stop(`pull-${name}`);
  if (!ours || !own) throw new Error('a contender is missing');
  return {
    title: 'npm ci of an application, warm: cached of an upstream against hosted here',
    unit: 's',
    series: [ours, own],
    ratios: [
      ratio(ours, own, { at: 'most', bound: 1.05 }),
      absolute(plainSeries('requests to the upstream', [requests]), { at: 'most', bound: 0 }),
    ],
    notes: [
      'The documents of both list the same versions. Names that nobody can publish any more (JSONStream) are cached in both.',
    ],
  };
}

/** Old names with capitals are taken from upstreams and from nobody else. */
const isPublishable = (name: string) => name === name.toLowerCase();

async function publishApplication(registry: string, token: string): Promise<void> {
  const fixture = await applicationFixture();
  for (const [name, versions] of await lockedVersions()) {
    if (!isPublishable(name)) continue;
    const text = await readFile(join(fixture, 'documents', name), 'utf8');
    const { versions: manifests } = JSON.parse(text) as {
      versions: Record<string, Manifest & { dist: { tarball: string } }>;
    };
    for (const version of versions) {
      const found = manifests[version];
      if (found === undefined) throw new Error(`${name} has no version ${version}.`);
      const { dist, ...manifest } = found;
      const file = dist.tarball.slice(dist.tarball.lastIndexOf('/') + 1);
      const tarball = await readFile(join(fixture, 'tarballs', name, file));
      await publishOk(registry, name, token, archiveRequest(manifest, tarball));
    }
  }
}

/** Everything that was pulled has become stale, and all of it is asked for at once. */
async function staleDocuments(world: World, upstream: SlowUpstream): Promise<Outcome> {
  const count = Math.min(10_000, world.options.packages);
  const names = Array.from({ length: count }, (_, place) => `small-${place}`);
  const folder = await world.folder('pull-stale');
  const start = () => startKontor(folder, { upstream: upstream.registry });
  const first = await start();
  await askAll(first, names, 32);
  await first.stop();
  const database = new DatabaseSync(join(folder, 'data/kontor.db'));
  database.exec(`update upstream_documents set checked_at = checked_at - ${HOUR}`);
  database.close();

  const kontor = await world.server('pull-stale', start);
  await upstream.tally();
  const begun = performance.now();
  const answers = await askAll(kontor, names, count);
  const seconds = (performance.now() - begun) / 1000;
  const { peak, requests } = await upstream.tally();
  await world.stop('pull-stale');
  return {
    title: `${count} stale packages asked for at once`,
    unit: '',
    series: [
      plainSeries('seconds until all were answered', [seconds]),
      plainSeries('requests to the upstream meanwhile', [requests]),
    ],
    ratios: [
      absolute(plainSeries('upstream requests in flight at once', [peak]), {
        at: 'most',
        bound: MOST_IN_FLIGHT,
      }),
    ],
    notes: [
      `${answers.warned} answers were stored copies with a Warning, since the upstream took longer than anybody waits.`,
    ],
  };
}

/** Asks for every document once, so many at a time. */
async function askAll(server: Server, names: string[], atOnce: number): Promise<{ warned: number }> {
  const open = names.values();
  let warned = 0;
  const client = async () => {
    for (const name of open) {
      const { headers } = await fetchAll(packageUrl(server.registry, name));
      if (headers['warning'] !== undefined) warned += 1;
    }
  };
  const agent = new Agent({ connections: 512 });
  const fetchAll = (url: string) => fetchOk(url, installHeaders, agent);
  await Promise.all(Array.from({ length: atOnce }, client));
  await agent.close();
  return { warned };
}
