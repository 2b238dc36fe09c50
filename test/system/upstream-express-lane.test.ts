import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Agent, request } from 'undici';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { register } from '../setup/publish.ts';
import { temporaryFolder } from '../setup/resources.ts';
import { kontor, startKontor, type RunningKontor } from '../setup/server.ts';
import { scriptedPackage, scriptedUpstream, serves, type ScriptedUpstream } from '../upstream/index.ts';

let upstream: ScriptedUpstream;
let server: RunningKontor;
let cwd: string;
let authorization: string;
/** One connection that is kept: what the edge knows by heart is known there. */
let connection: Agent;
let name: string;
let made = 0;

/** In `npm` a document is fresh for as long as the tests take, in `quick` for a second. */
beforeAll(async () => {
  upstream = await scriptedUpstream();
  cwd = temporaryFolder('cwd');
  const upstreams = (freshness: string) => `upstreams: [{ url: '${upstream.url}', freshness: ${freshness} }]`;
  writeFileSync(
    join(cwd, 'kontor.yaml'),
    `registries: { npm: { ${upstreams('1h')} }, quick: { ${upstreams('1s')} } }`,
  );
  server = await startKontor({ cwd, env: { KONTOR_NPM_UPSTREAM: undefined } });
  await run('registry', 'create', 'quick', '--format', 'npm');
  authorization = `Bearer ${await register(server, 'anna')}`;
});
afterAll(() => upstream.close());
beforeEach(() => {
  made += 1;
  name = `demo-${made}`;
  connection = new Agent({ connections: 1 });
});
afterEach(() => connection.close());

const run = async (...args: string[]) => {
  const { code, stderr } = await kontor(args, { cwd, env: { KONTOR_DATA: server.data } });
  if (code !== 0) throw new Error(stderr);
};
const has = (versions: string[]) => {
  upstream.script = serves(scriptedPackage(name, versions, upstream.url));
};
/** Status and versions; always the same request on the same connection. */
const reader = (registry: string, headers: Record<string, string>) => async () => {
  const options = { dispatcher: connection, headers: { 'accept-encoding': 'gzip', ...headers } };
  const { statusCode, body, headers: answered } = await request(`${server.url}/${registry}/${name}`, options);
  const bytes = Buffer.from(await body.arrayBuffer());
  const text = answered['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes;
  const { versions = {} } = JSON.parse(text.toString('utf8')) as { versions?: object };
  return [statusCode, ...Object.keys(versions)];
};

describe.each<[string, () => Record<string, string>]>([
  ['nobody', () => ({})],
  ['a token', () => ({ authorization })],
])('an answer that is given again to %s', (_, headersOf) => {
  /** Reads the first version until everybody on the way knows it by heart. */
  const hot = async (registry: string) => {
    has(['1.0.0']);
    const read = reader(registry, headersOf());
    for (let n = 0; n < 20; n += 1) expect(await read()).toEqual([200, '1.0.0']);
    return read;
  };

  test('is the old one no longer than the document is fresh', async () => {
    const read = await hot('quick');
    has(['1.0.0', '2.0.0']);
    await expect.poll(read, { timeout: 10_000 }).toEqual([200, '1.0.0', '2.0.0']);
  });

  test('is not given any more from the moment that the name is claimed', async () => {
    const read = await hot('npm');
    await run('registry', 'claim', name);
    expect(await read()).toEqual([404]);
    expect(upstream.count(`/${name}`)).toBe(1);
  });

  test('is still given when something else has changed', async () => {
    const read = await hot('npm');
    await run('registry', 'create', `other-${made}`, '--format', 'npm');
    expect(await read()).toEqual([200, '1.0.0']);
    expect(upstream.count(`/${name}`)).toBe(1);
  });
});
