import { publishFor, type Upload } from '../measure/publishing.ts';
import { ratio } from '../measure/stats.ts';
import { takeTurns, type Contender } from '../measure/rounds.ts';
import type { Outcome, Scenario } from '../scenario.ts';
import { libraryManifest, publishRequest } from '../setup/packages.ts';
import { fetchOk, packageUrl } from '../setup/registry-client.ts';
import type { Registry, World } from '../setup/world.ts';

const AT_ONCE = 8;
/** More than any contender takes on this kind of machine in a second. */
const MOST_PER_SECOND = 800;
const WARM_UP = 100;

interface Kind {
  title: string;
  bound: number;
  upload(round: number, place: number): { name: string; version: string };
}

const kinds: Kind[] = [
  {
    title: `Durable publishes, ${AT_ONCE} at once, on one package`,
    bound: 5,
    upload: (round, place) => ({ name: `publish-one-${round}`, version: `1.0.${place}` }),
  },
  {
    title: `Durable publishes, ${AT_ONCE} at once, on different packages`,
    bound: 2,
    upload: (round, place) => ({ name: `publish-many-${round}-${place}`, version: '1.0.0' }),
  },
];

export const publish: Scenario = {
  name: 'publish',
  needs: [],
  run: async (world) => {
    const outcomes: Outcome[] = [];
    for (const kind of kinds) outcomes.push(await measure(world, kind));
    return outcomes;
  },
};

async function measure(world: World, kind: Kind): Promise<Outcome> {
  const { rounds, seconds } = world.options;
  let uploads: Upload[] = [];
  let prepared = -1;
  const acknowledged: { registry: Registry; label: string; names: string[] }[] = [];
  const contender = (name: string, registry: Registry): Contender => ({
    name,
    server: registry,
    turn: async (round) => {
      if (prepared !== round) {
        uploads = await prepare(kind, round, MOST_PER_SECOND * seconds);
        prepared = round;
      }
      const turn = await publishFor(registry, uploads, { atOnce: AT_ONCE, seconds });
      acknowledged.push({ registry, label: name, names: turn.acknowledged });
      return turn;
    },
  });
  // The first publishes pay for cold code, which is no property of either.
  const warm = await prepare(kind, rounds, WARM_UP);
  for (const registry of [await world.kontor(), await world.verdaccio()]) {
    await publishFor(registry, warm, { atOnce: AT_ONCE, seconds: 30 });
  }
  const series = await takeTurns(
    [contender('Kontor', await world.kontor()), contender('Verdaccio', await world.verdaccio())],
    rounds,
  );
  const lost = new Map<string, number>();
  for (const { registry, label, names } of acknowledged) {
    lost.set(label, (lost.get(label) ?? 0) + (await countLost(registry, names)));
  }
  const [kontor, verdaccio] = series;
  if (!kontor || !verdaccio) throw new Error('a contender is missing');
  return {
    title: kind.title,
    unit: 'publishes/s',
    series,
    ratios: [ratio(kontor, verdaccio, { at: 'least', bound: kind.bound })],
    notes: [
      'Both get the same bodies. Only acknowledged publishes count; Verdaccio does not sync, Kontor does.',
      `Acknowledged, but not in the document afterwards: ${[...lost].map(([name, count]) => `${name} ${count}`).join(', ')}.`,
    ],
  };
}

async function prepare(kind: Kind, round: number, count: number): Promise<Upload[]> {
  const uploads: Upload[] = [];
  for (let place = 0; place < count; place += 1) {
    const { name, version } = kind.upload(round, place);
    uploads.push({ name, body: await publishRequest(libraryManifest(name, version)) });
  }
  return uploads;
}

/** How many versions are missing from the documents of what was acknowledged. */
async function countLost({ registry }: Registry, acknowledged: string[]): Promise<number> {
  const expected = new Map<string, number>();
  for (const name of acknowledged) expected.set(name, (expected.get(name) ?? 0) + 1);
  let lost = 0;
  for (const [name, count] of expected) {
    const { body } = await fetchOk(packageUrl(registry, name));
    const { versions } = JSON.parse(body.toString('utf8')) as { versions: object };
    lost += Math.max(0, count - Object.keys(versions).length);
  }
  return lost;
}
