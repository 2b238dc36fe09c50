import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { freshDatabase, hasPostgres, type FreshDatabase } from '../setup/postgres.ts';
import { temporaryFolder } from '../setup/resources.ts';
import { startKontor, type RunningKontor } from '../setup/server.ts';
import {
  after,
  answers,
  scriptedPackage,
  scriptedUpstream,
  serves,
  silent,
  type ScriptedUpstream,
} from '../upstream/index.ts';

describe.skipIf(!hasPostgres())('Two replicas with one upstream', () => {
  let upstream: ScriptedUpstream;
  let database: FreshDatabase;
  let replicas: RunningKontor[];
  let start: () => Promise<RunningKontor>;
  let name: string;
  let made = 0;

  beforeAll(async () => {
    [upstream, database] = await Promise.all([scriptedUpstream(), freshDatabase()]);
    const cwd = temporaryFolder('cwd');
    const data = join(temporaryFolder('shared'), 'data');
    writeFileSync(
      join(cwd, 'kontor.yaml'),
      `registries: { npm: { upstreams: [{ url: '${upstream.url}'}] } }`,
    );
    start = () =>
      startKontor({ cwd, data, env: { KONTOR_NPM_UPSTREAM: undefined, KONTOR_DATABASE: database.url } });
    replicas = [await start(), await start()];
  });
  afterAll(async () => {
    await Promise.all(replicas.map((replica) => replica.kill9()));
    await Promise.all([upstream.close(), database.drop()]);
  });
  beforeEach(() => {
    made += 1;
    name = `demo-${made}`;
    upstream.requests.length = 0;
  });

  const usual = () => serves(scriptedPackage(name, ['1.0.0'], upstream.url));
  const get = async (replica: RunningKontor | undefined) => {
    const response = await fetch(`${replica?.url}/npm/${name}`);
    await response.arrayBuffer();
    return response.status;
  };
  const twoHundred = () =>
    Promise.all(Array.from({ length: 200 }, (_, index) => get(replicas[index % replicas.length])));

  test('ask it once for a document that 200 clients want at once', async () => {
    upstream.script = after(300, usual());
    expect(new Set(await twoHundred())).toEqual(new Set([200]));
    expect(upstream.requests).toHaveLength(1);
  });

  test('ask it once for a name that it does not have', async () => {
    upstream.script = after(300, answers(404));
    expect(new Set(await twoHundred())).toEqual(new Set([404]));
    expect(upstream.requests).toHaveLength(1);
  });

  test('serve what either of them has fetched without asking again', async () => {
    upstream.script = usual();
    expect(await get(replicas[0])).toBe(200);
    expect(await get(replicas[1])).toBe(200);
    expect(upstream.requests).toHaveLength(1);
  });

  test('take over from one that was killed while it asked', async () => {
    upstream.script = silent;
    const lost = get(replicas[0]).catch(() => 'lost');
    await upstream.arrived(1);
    const waiting = get(replicas[1]);
    await replicas[0]?.kill9();
    expect(await lost).toBe('lost');
    upstream.script = usual();
    expect(await waiting).toBe(200);
    expect(upstream.requests).toHaveLength(2);
    replicas[0] = await start();
  });
});
