import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { freshDatabase, hasPostgres } from '../setup/postgres.ts';
import { seededRandom } from '../setup/random.ts';
import { temporaryFolder } from '../setup/resources.ts';
import { kontor, startKontor } from '../setup/server.ts';
import { crashLoop, expectWhole } from './crash-loop.ts';

async function verified(env: Record<string, string>): Promise<{ clean: boolean; orphans: number }> {
  const { stdout, stderr } = await kontor(['verify', '--json'], { env });
  expect(stderr).toBe('');
  return JSON.parse(stdout) as { clean: boolean; orphans: number };
}

test('whatever was acknowledged before any of 30 kills is there and whole, and what they left is swept', async () => {
  const data = join(temporaryFolder('crash'), 'data');
  const claims = await crashLoop({ data }, 30, seededRandom('crash on SQLite'));
  process.stdout.write(`${claims.acknowledged.size} of ${claims.sent.size} publishes acknowledged\n`);
  expect(claims.acknowledged.size).toBeGreaterThan(30);

  // Kills leave some of both; what lies here makes sure that there is something to sweep.
  const staging = join(data, 'blobs/.staging');
  const orphan = join(data, 'blobs/npm/left/1.0.0/left-1.0.0.tgz');
  mkdirSync(dirname(orphan), { recursive: true });
  for (const file of [orphan, join(staging, 'cut')]) writeFileSync(file, 'left behind');
  const before = await verified({ KONTOR_DATA: data });
  expect(before).toMatchObject({ clean: true, problems: [] });
  expect(before.orphans).toBeGreaterThan(0);
  process.stdout.write(`${before.orphans} orphans and ${readdirSync(staging).length} uploads were left\n`);

  const server = await startKontor({
    data,
    env: { KONTOR_SWEEP_GRACE: '1ms', KONTOR_SWEEP_INTERVAL: '100ms' },
  });
  await expect.poll(() => readdirSync(staging), { timeout: 30_000 }).toEqual([]);
  await expect
    .poll(() => verified({ KONTOR_DATA: data }), { timeout: 30_000 })
    .toMatchObject({ clean: true, orphans: 0 });
  claims.seen.clear();
  await expectWhole(server, claims);
  expect(await server.stop()).toBe(0);
  expect(await verified({ KONTOR_DATA: data })).toMatchObject({ clean: true, orphans: 0, unsealed: 0 });
}, 300_000);

describe.skipIf(!hasPostgres())('on PostgreSQL', () => {
  test('whatever was acknowledged before any of 6 kills is there and whole', async () => {
    const database = await freshDatabase();
    const data = join(temporaryFolder('crash'), 'data');
    const env = { KONTOR_DATABASE: database.url };
    const claims = await crashLoop({ data, env }, 6, seededRandom('crash on PostgreSQL'));
    expect(claims.acknowledged.size).toBeGreaterThan(0);
    const server = await startKontor({ data, env });
    claims.seen.clear();
    await expectWhole(server, claims);
    expect(await server.stop()).toBe(0);
    expect(await verified({ KONTOR_DATA: data, ...env })).toMatchObject({ clean: true, problems: [] });
    await database.drop();
  });
});
