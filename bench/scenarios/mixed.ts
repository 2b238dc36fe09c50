import { setTimeout as sleep } from 'node:timers/promises';
import { ratio } from '../measure/stats.ts';
import { takeTurns, type Contender } from '../measure/rounds.ts';
import { untilIdle } from '../measure/usage.ts';
import { wrk } from '../measure/wrk.ts';
import type { Outcome, Scenario } from '../scenario.ts';
import { libraryManifest, publishRequest } from '../setup/packages.ts';
import { get, installHeaders as headers, put } from '../setup/registry-client.ts';
import { populationPrefix, type Registry, type World } from '../setup/world.ts';

const HOT = 1000;
/** Each a second, spread evenly: a busy registry, not one that drowns. */
const PUBLISHES = 20;
const SEARCHES = 20;

/** Do readers feel the writers? */
export const mixed: Scenario = {
  name: 'mixed',
  needs: ['wrk'],
  run: async (world: World): Promise<Outcome[]> => {
    const { packages, rounds, seconds } = world.options;
    const server = await world.populated(packages);
    await untilIdle(server);
    const names = Math.min(HOT, packages);
    const read = () => wrk({ url: `${server.registry}/${populationPrefix}`, headers, names, seconds });
    await read();
    const statuses = new Map<string, number>();
    const alone: Contender = {
      name: 'reads alone',
      server,
      turn: async () => {
        const { p99, requests, errors } = await read();
        return { value: p99, operations: requests, errors };
      },
    };
    const together: Contender = {
      name: 'reads with publishes and searches',
      server,
      turn: async (round) => {
        const uploads = await prepare(round, PUBLISHES * seconds);
        const ending = new AbortController();
        const others = [
          every(1000 / PUBLISHES, ending.signal, async (place) => {
            const upload = uploads[place];
            if (upload === undefined) return;
            count(statuses, `publish ${await put(server.registry, upload.name, server.token, upload.body)}`);
          }),
          every(1000 / SEARCHES, ending.signal, async (place) => {
            count(statuses, `search ${await search(server, `${populationPrefix}${place % 100}`)}`);
          }),
        ];
        const { p99, requests, errors } = await read();
        ending.abort();
        await Promise.all(others);
        return { value: p99, operations: requests, errors };
      },
    };
    const series = await takeTurns([alone, together], rounds);
    const [quiet, busy] = series;
    if (!quiet || !busy) throw new Error('a contender is missing');
    return [
      {
        title: 'Mixed load: 99th percentile of hot reads, 32 connections',
        unit: 'ms',
        series,
        ratios: [ratio(busy, quiet, { at: 'most', bound: 2 })],
        notes: [
          `With ${packages.toLocaleString('en')} packages stored, ${names} names read in a closed loop, ${PUBLISHES} publishes and ${SEARCHES} searches begun each second.`,
          `Answers: ${[...statuses].map(([what, times]) => `${what}: ${times}`).join(', ')}.`,
        ],
      },
    ];
  },
};

async function prepare(round: number, uploads: number): Promise<{ name: string; body: Buffer }[]> {
  const prepared = [];
  for (let place = 0; place < uploads; place += 1) {
    const name = `mixed-${round}-${place}`;
    prepared.push({ name, body: await publishRequest(libraryManifest(name, '1.0.0')) });
  }
  return prepared;
}

async function search({ registry }: Registry, text: string): Promise<number> {
  return (await get(`${registry}/-/v1/search?text=${encodeURIComponent(text)}&size=20`)).status;
}

/** Begins the work at a steady pace, whatever it takes; waits for the rest at the end. */
async function every(
  pause: number,
  signal: AbortSignal,
  work: (place: number) => Promise<void>,
): Promise<void> {
  const running: Promise<void>[] = [];
  for (let place = 0; !signal.aborted; place += 1) {
    running.push(work(place).catch(() => undefined));
    await sleep(pause);
  }
  await Promise.all(running);
}

function count(into: Map<string, number>, what: string): void {
  into.set(what, (into.get(what) ?? 0) + 1);
}
