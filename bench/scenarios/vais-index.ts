import { vaisForm, vaisFormType, vaisMetadata, vaisTarball } from '../../test/setup/vais-packages.ts';
import { startPings } from '../measure/ping.ts';
import { takeTurns } from '../measure/rounds.ts';
import { absolute, plainSeries, ratio } from '../measure/stats.ts';
import type { Outcome, Scenario } from '../scenario.ts';
import { startKontor } from '../setup/kontor.ts';
import { fetchOk, postOk } from '../setup/registry-client.ts';
import { seedVaisStore } from '../setup/seed-vais.ts';
import type { Registry, World } from '../setup/world.ts';
import { underWrk } from './loaded.ts';

const PACKAGES = 10_000;
/** Publishes with their first reads: cheap enough to be repeated. */
const FEWEST = 9;
const GZIP = { 'accept-encoding': 'gzip' };

const steps = ['publish', 'first read', 'both', 'both, read plain', 'longest stall'] as const;

/** The one document that all clients of a registry read, and that every publish changes. */
export const vaisIndex: Scenario = {
  name: 'vais-index',
  needs: ['wrk', 'nginx'],
  run: async (world) => {
    const times = Math.max(FEWEST, world.options.rounds);
    const empty = Array.from({ length: times + 1 }, (_, at) => `empty-${at}`);
    const kontor = await world.registry('vais', async (folder) => {
      await seedVaisStore(folder, PACKAGES, empty);
      return startKontor(folder);
    });
    const outcomes = [await served(world, kontor), await grown(kontor, empty)];
    await world.stop('vais');
    return outcomes;
  },
};

async function served(world: World, kontor: Registry): Promise<Outcome> {
  const { seconds, rounds } = world.options;
  const url = `${kontor.url}/vais/index.json`;
  const plain = await fetchOk(url, { 'accept-encoding': 'identity' });
  const gzip = await fetchOk(url, GZIP);
  await (await world.site()).index(plain.body, gzip.body);
  const nginx = await world.nginx('sendfile-on');
  const asPlain = `${nginx.url}/vais/index.json`;
  const series = await takeTurns(
    [
      await underWrk('Kontor', kontor, { url, seconds }),
      await underWrk('nginx', nginx, { url: asPlain, seconds }),
      await underWrk('Kontor, gzip', kontor, { url, headers: GZIP, seconds }),
      await underWrk('nginx, gzip asked for', nginx, { url: asPlain, headers: GZIP, seconds }),
      await underWrk('nginx, compressed file', nginx, { url: `${nginx.url}/npm/index.json`, seconds }),
    ],
    rounds,
  );
  const [own, theirs, ownGzip, theirsAsked, theirsGzip] = series;
  if (!own || !theirs || !ownGzip || !theirsAsked || !theirsGzip) throw new Error('a contender is missing');
  return {
    title: `Index of ${PACKAGES} Vais packages, 32 connections`,
    unit: 'requests/s',
    series,
    ratios: [
      ratio(own, theirs, { at: 'least', bound: 0.6 }),
      ratio(ownGzip, theirsAsked, { at: 'least', bound: 0.6 }),
      ratio(ownGzip, theirsGzip, { at: 'least', bound: 0.6 }),
    ],
    notes: [
      `The body has ${plain.body.length} bytes, compressed ${gzip.body.length}. As shipped nginx compresses no JSON, whoever asks.`,
    ],
  };
}

async function grown(kontor: Registry, empty: string[]): Promise<Outcome> {
  const first = new Map<string, number[]>(steps.map((step) => [step, []]));
  const late = new Map<string, number[]>(steps.map((step) => [step, []]));
  // A first time of everything, so that code and connection are warm.
  for (const registry of [empty[0] ?? '', 'vais']) await measured(kontor, registry, 'warm', new Map());
  for (const [at, registry] of empty.slice(1).entries()) {
    await measured(kontor, registry, `fresh-${at}`, first);
    await measured(kontor, 'vais', `fresh-${at}`, late);
  }
  const lines = steps.map((step) => ({
    step,
    first: plainSeries(`empty: ${step}`, first.get(step) ?? []),
    late: plainSeries(`${PACKAGES} packages: ${step}`, late.get(step) ?? []),
  }));
  return {
    title: `A publish into a registry of ${PACKAGES} Vais packages, and the first read of its index after it`,
    unit: 'ms',
    series: lines.flatMap((line) => [line.first, line.late]),
    ratios: lines.map((line) => {
      if (line.step === 'longest stall') return absolute(line.late, { at: 'most', bound: 20, unit: ' ms' });
      return line.step === 'both'
        ? ratio(line.late, line.first, { at: 'most', bound: 1.5 })
        : ratio(line.late, line.first);
    }),
    notes: ['Reads ask for gzip, as clients do, and the reader leaves it compressed.'],
  };
}

async function measured(
  { url, token }: Registry,
  registry: string,
  name: string,
  into: Map<string, number[]>,
): Promise<void> {
  const pings = await startPings(url);
  const [gzip, plain] = [await publication(name), await publication(`${name}-plain`)];
  const publish = (body: Buffer) =>
    postOk(
      `${url}/${registry}/packages/publish`,
      { authorization: `Bearer ${token}`, 'content-type': vaisFormType },
      body,
    );
  const read = (headers: Record<string, string>) => fetchOk(`${url}/${registry}/index.json`, headers);
  const times = [await timed(() => publish(gzip)), await timed(() => read(GZIP))];
  const [published = 0, firstRead = 0] = times;
  const asPlain = (await timed(() => publish(plain))) + (await timed(() => read({})));
  const { longest } = await pings.stop();
  for (const [index, value] of [published, firstRead, published + firstRead, asPlain, longest].entries())
    into.get(steps[index] ?? '')?.push(value);
}

async function publication(name: string): Promise<Buffer> {
  const tarball = await vaisTarball({ name });
  return vaisForm(JSON.stringify(vaisMetadata({ name }, tarball)), tarball);
}

/** Milliseconds. */
async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}
