import { randomBytes } from 'node:crypto';
import { makeTarball } from '../../test/setup/publish.ts';
import { takeTurns, type Contender } from '../measure/rounds.ts';
import { ratio } from '../measure/stats.ts';
import type { Outcome, Scenario } from '../scenario.ts';
import { libraryManifest } from '../setup/packages.ts';
import type { Registry } from '../setup/world.ts';

const PACKAGES = 50;

/** Is it worth while to send the packages of a commit together? */
export const previews: Scenario = {
  name: 'previews',
  needs: [],
  run: async (world): Promise<Outcome[]> => {
    const server = await world.kontor();
    const archives = await makeArchives();
    const contender = (name: string, requests: [string, Buffer][][]): Contender => ({
      name,
      server,
      turn: async () => {
        const sha = randomBytes(20).toString('hex');
        const begun = performance.now();
        for (const packages of requests) await publish(server, sha, packages);
        return { value: performance.now() - begun, operations: PACKAGES };
      },
    });
    const contenders = [
      contender(`one request with ${PACKAGES}`, [archives]),
      contender(
        `${PACKAGES} requests with one`,
        archives.map((one) => [one]),
      ),
    ];
    // The first publishes pay for cold code.
    await takeTurns(contenders, 2);
    const series = await takeTurns(contenders, world.options.rounds);
    const [together, singly] = series;
    if (!together || !singly) throw new Error('a contender is missing');
    return [
      {
        title: `Previews of ${PACKAGES} packages of a commit, until all are durable`,
        unit: 'ms',
        series,
        ratios: [ratio(together, singly, { at: 'most', bound: 0.5 })],
        notes: ['Forms, one after the other on an open connection; each archive has some 20 KB.'],
      },
    ];
  },
};

async function makeArchives(): Promise<[string, Buffer][]> {
  return Promise.all(
    Array.from({ length: PACKAGES }, async (_, place): Promise<[string, Buffer]> => {
      const name = `preview-${place}`;
      const files = {
        'package/package.json': JSON.stringify(libraryManifest(name, '1.0.0')),
        'package/index.js': randomBytes(20_000),
      };
      return [name, await makeTarball(files)];
    }),
  );
}

async function publish(
  { registry, token }: Registry,
  sha: string,
  packages: [string, Buffer][],
): Promise<void> {
  const form = new FormData();
  form.append('sha', sha);
  for (const [name, archive] of packages) {
    form.append(`package:${name}`, new Blob([new Uint8Array(archive)]), 'package.tgz');
  }
  const answer = await fetch(new URL('/publish/commit', registry), {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: form,
  });
  const text = await answer.text();
  if (answer.status !== 201) throw new Error(`the publish was answered ${answer.status}: ${text}`);
}
