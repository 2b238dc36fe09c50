import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { downloadAll } from '../measure/download.ts';
import { best, ratio } from '../measure/stats.ts';
import { takeTurns, type Contender } from '../measure/rounds.ts';
import type { Outcome, Scenario } from '../scenario.ts';
import { libraryManifest, publishRequest } from '../setup/packages.ts';
import { fetchOk, publishOk } from '../setup/registry-client.ts';
import type { Server } from '../setup/server.ts';
import type { World } from '../setup/world.ts';

const SIZE = 20_000_000;
/** Distinct files, each downloaded once a turn, so many at a time. */
const FILES = 12;
const AT_ONCE = 4;
const name = 'tarball-huge';
const MEGABYTE = 1_000_000;

export const coldTarball: Scenario = {
  name: 'cold-tarball',
  needs: ['nginx'],
  run: async (world: World): Promise<Outcome[]> => {
    const kontor = await world.kontor();
    const site = await world.site();
    const paths: string[] = [];
    for (let place = 0; place < FILES; place += 1) {
      const version = `1.0.${place}`;
      const path = `${name}/-/${name}-${version}.tgz`;
      await publishOk(
        kontor.registry,
        name,
        kontor.token,
        await publishRequest(libraryManifest(name, version), SIZE),
      );
      const { body } = await fetchOk(`${kontor.registry}/${path}`);
      await site.tarball(name, `${name}-${version}.tgz`, body);
      paths.push(path);
    }
    let cold = true;
    const contender = (label: string, server: Server): Contender => ({
      name: label,
      server,
      turn: async () => {
        cold = (await dropPageCache()) && cold;
        const urls = paths.map((path) => `${server.registry}/${path}`);
        const { bytesPerSecond, errors } = await downloadAll(urls, AT_ONCE);
        return { value: bytesPerSecond / MEGABYTE, operations: FILES, errors };
      },
    });
    const series = await takeTurns(
      [
        contender('Kontor', kontor),
        contender('nginx, sendfile on', await world.nginx('sendfile-on')),
        contender('nginx, sendfile off', await world.nginx('sendfile-off')),
      ],
      world.options.rounds,
    );
    const [ours, on, off] = series;
    if (!ours || !on || !off) throw new Error('a contender is missing');
    return [
      {
        title: `Tarballs of 20 MB, cold from files, ${AT_ONCE} at a time`,
        unit: 'MB/s',
        series,
        ratios: [ratio(ours, best([on, off]) ?? on, { at: 'least', bound: 0.6 })],
        notes: [
          cold
            ? `The page cache of the system was dropped before every turn; a turn downloads ${FILES} distinct files once.`
            : 'The page cache could not be dropped (that needs root): these files were NOT cold.',
        ],
      },
    ];
  },
};

/** proc(5), `/proc/sys/vm/drop_caches`: only clean pages go, hence the sync. */
async function dropPageCache(): Promise<boolean> {
  await promisify(execFile)('sync');
  return writeFile('/proc/sys/vm/drop_caches', '3').then(
    () => true,
    () => false,
  );
}
