import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bunClient, npmClient, pnpmClient, yarnBerry, type Client } from '../setup/clients.ts';
import { osvRecord } from '../setup/osv.ts';
import { verifyWithPacote } from '../setup/pacote.ts';
import { machine, output, project } from '../setup/projects.ts';
import { temporaryFolder } from '../setup/resources.ts';
import { kontor, startKontor, type RunningKontor } from '../setup/server.ts';
import {
  advising,
  edited,
  finding,
  realPackage,
  scriptedUpstream,
  serves,
  type Advising,
  type ScriptedUpstream,
} from '../upstream/index.ts';

let upstream: ScriptedUpstream;
let knows: Advising;
let server: RunningKontor;
let registry: string;
let npm: Client;

/** The upstream's own key, as npm's registry has one. */
const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const theirKey = {
  expires: null,
  keyid: 'SHA256:upstream',
  keytype: 'ecdsa-sha2-nistp256',
  scheme: 'ecdsa-sha2-nistp256',
  key: pair.publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
};

beforeAll(async () => {
  npm = await npmClient();
  upstream = await scriptedUpstream();
  const packages = await Promise.all([
    realPackage('leaky', ['1.0.0', '1.1.0'], upstream.url),
    realPackage('sound', ['1.0.0'], upstream.url),
    realPackage('rotten', ['2.0.0'], upstream.url),
  ]);
  const signed = packages.map((one) =>
    edited(one, ({ name, versions }) => {
      for (const [version, { dist }] of Object.entries(versions) as [
        string,
        { dist: { integrity: string } },
      ][]) {
        const sig = sign('sha256', Buffer.from(`${name}@${version}:${dist.integrity}`), pair.privateKey);
        Object.assign(dist, { signatures: [{ keyid: theirKey.keyid, sig: sig.toString('base64') }] });
      }
    }),
  );
  knows = advising(
    { findings: { leaky: [finding(4711, 'GHSA-leak-leak-leak', '<1.1.0')] }, keys: [theirKey] },
    serves(...signed),
  );
  upstream.script = knows.script;
  server = await startKontor({ env: { KONTOR_NPM_UPSTREAM: upstream.url } });
  registry = `${server.url}/npm`;
});
afterAll(() => upstream.close());

const manifest = {
  name: 'application',
  version: '1.0.0',
  private: true,
  dependencies: { leaky: '1.0.0', sound: '^1.0.0', rotten: '2.0.0' },
};

describe('[P-01] an audit', () => {
  test('of npm install and npm audit finds what the upstream knows', async () => {
    const box = machine(registry);
    const place = project(box, 'npm', manifest);
    const on = { ...place, env: { ...place.env, npm_config_audit: 'true' } };
    expect(output(await npm.run(['install'], on))).toMatch(/1 high severity vulnerability/);
    expect(knows.asked).toEqual([{ leaky: ['1.0.0'], rotten: ['2.0.0'], sound: ['1.0.0'] }]);
    const { code, stdout } = await npm.run(['audit', '--json'], on);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      vulnerabilities: { leaky: { severity: 'high', via: [{ source: 4711 }] } },
      metadata: { vulnerabilities: { high: 1, total: 1 } },
    });
    expect(output(await npm.run(['audit', 'fix', '--force'], on))).toMatch(/found 0 vulnerabilities/);
  });

  test('with the upstream gone and a dump imported is answered offline, by pnpm, Yarn and Bun too', async () => {
    const dump = temporaryFolder('dump');
    mkdirSync(join(dump, 'npm'));
    const record = osvRecord('GHSA-rott-rott-rott', 'rotten', { fixed: '3.0.0', severity: 'CRITICAL' });
    writeFileSync(join(dump, 'npm', 'x.json'), JSON.stringify(record));
    output(await kontor(['advisories', 'import', dump], { env: { KONTOR_DATA: server.data } }));

    const pnpm = await pnpmClient();
    const ofPnpm = project(machine(registry), 'pnpm', manifest);
    output(await pnpm.run(['install'], ofPnpm));
    const yarn = await yarnBerry();
    const box = machine(registry);
    const ofYarn = project(box, 'yarn', manifest, {
      'yarn.lock': '',
      '.yarnrc.yml': [
        `npmRegistryServer: "${registry}"`,
        'unsafeHttpWhitelist: [127.0.0.1]',
        'npmMinimalAgeGate: 0',
        'enableGlobalCache: false',
        'enableTelemetry: false',
        'nodeLinker: node-modules',
      ].join('\n'),
    });
    output(await yarn.run(['install'], ofYarn));
    const bun = await bunClient();
    const ofBun = project(machine(registry), 'bun', manifest);
    output(await bun.run(['install'], ofBun));
    const ofNpm = project(machine(registry), 'npm', manifest);
    output(await npm.run(['install'], ofNpm));

    await upstream.close();
    const both = /leaky[^]*rotten|rotten[^]*leaky/;
    for (const [client, place, args] of [
      [npm, ofNpm, ['audit']],
      [pnpm, ofPnpm, ['audit']],
      [yarn, ofYarn, ['npm', 'audit']],
      [bun, ofBun, ['audit']],
    ] as const) {
      const { code, stdout, stderr } = await client.run([...args], place);
      expect({ args, code, found: both.test(stdout + stderr), said: stdout + stderr }).toMatchObject({
        code: 1,
        found: true,
      });
    }
    await upstream.reopen();
  });
});

test("signatures of an upstream's packages are genuine through us, with the upstream's key", async () => {
  expect(await verifyWithPacote(npm, registry, 'sound@1.0.0', 'Signatures')).toBe('genuine');
});
