import { gzipSync } from 'node:zlib';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { osvRecord } from '../setup/osv.ts';
import { packageTarball, packageUrl, publishBody, register } from '../setup/publish.ts';
import { temporaryFolder } from '../setup/resources.ts';
import { kontor, startKontor, type RunningKontor } from '../setup/server.ts';
import {
  advising,
  edited,
  finding,
  scriptedPackage,
  scriptedUpstream,
  serves,
  type Advising,
  type ScriptedUpstream,
} from '../upstream/index.ts';

let upstream: ScriptedUpstream;
let knows: Advising;
let server: RunningKontor;
let token: string;

const bundle = { predicateType: 'https://slsa.dev/provenance/v1', bundle: { mediaType: 'x' } };
const key = {
  expires: null,
  keyid: 'SHA256:theirs',
  keytype: 'ecdsa-sha2-nistp256',
  scheme: 'ecdsa-sha2-nistp256',
  key: 'MFk=',
};

beforeAll(async () => {
  upstream = await scriptedUpstream();
  const attested = edited(scriptedPackage('@acme/attested', ['1.0.0'], upstream.url), ({ versions }) => {
    const dist = versions['1.0.0']?.['dist'] as Record<string, unknown>;
    dist['attestations'] = {
      url: `${upstream.url}-/npm/v1/attestations/@acme/attested@1.0.0`,
      provenance: { predicateType: 'p' },
    };
    dist['signatures'] = [{ keyid: key.keyid, sig: 'abc' }];
  });
  knows = advising(
    {
      findings: {
        lodash: [finding(1108, 'GHSA-jf85-cpcp-j695', '<4.17.12', 'critical')],
        mine: [finding(1109, 'GHSA-aaaa-bbbb-cccc', '*')],
        secret: [finding(1110, 'GHSA-aaaa-bbbb-cccc', '*')],
        claimed: [finding(1111, 'GHSA-aaaa-bbbb-cccc', '*')],
      },
      keys: [key],
      attestations: { '@acme/attested@1.0.0': [bundle], 'mine@1.0.0': [bundle], 'claimed@1.0.0': [bundle] },
    },
    serves(attested),
  );
  upstream.script = knows.script;
  server = await startKontor({ env: { KONTOR_NPM_UPSTREAM: upstream.url } });
  token = await register(server, 'anna');
  for (const [name, access] of [
    ['mine', 'public'],
    ['secret', 'restricted'],
    ['quiet', 'restricted'],
  ] as const) {
    const body = { ...publishBody(name, '1.0.0', await packageTarball(name, '1.0.0')), access };
    const response = await fetch(packageUrl(server, name), {
      method: 'PUT',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(await response.text());
  }
  const env = { KONTOR_DATA: server.data };
  for (const args of [
    ['claim', 'claimed'],
    ['create', 'team', '--format', 'npm', '--visibility', 'private'],
    ['claim', '@team/*', '--registry', 'team'],
  ]) {
    const done = await kontor(['registry', ...args], { env });
    if (done.code !== 0) throw new Error(done.stderr);
  }
});
afterAll(() => upstream.close());
beforeEach(() => {
  knows.asked.length = 0;
  upstream.requests.length = 0;
});

const BULK = '-/npm/v1/security/advisories/bulk';
async function audit(body: unknown, headers: Record<string, string> = {}) {
  const raw = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  const response = await fetch(`${server.url}/npm/${BULK}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof raw === 'string' ? raw : new Uint8Array(raw),
  });
  return {
    status: response.status,
    body: (await response.json()) as Record<string, { id: number; url: string }[]>,
  };
}
const get = async (path: string) => {
  const response = await fetch(`${server.url}/npm/${path}`);
  return { status: response.status, body: (await response.json()) as Record<string, never> };
};

describe('An audit', () => {
  test('is answered by the upstream, plain and gzipped, and only once', async () => {
    const wanted = { lodash: ['4.17.11'], fine: ['1.0.0'] };
    const expected = {
      status: 200,
      body: {
        lodash: [
          {
            id: 1108,
            url: 'https://github.com/advisories/GHSA-jf85-cpcp-j695',
            title: 'Something in <4.17.12',
            severity: 'critical',
            vulnerable_versions: '<4.17.12',
            cwe: ['CWE-20'],
            cvss: { score: 0, vectorString: null },
          },
        ],
      },
    };
    expect(await audit(wanted)).toEqual(expected);
    expect(await audit(gzipSync(JSON.stringify(wanted)), { 'content-encoding': 'gzip' })).toEqual(expected);
    expect(knows.asked).toEqual([wanted]);
    expect(await audit({ lodash: ['4.17.21'] })).toEqual({ status: 200, body: {} });
  });

  test('tells the upstream no name that is owned, hidden or claimed here', async () => {
    const { body } = await audit({
      mine: ['1.0.0'],
      secret: ['1.0.0'],
      claimed: ['1.0.0'],
      other: ['2.0.0'],
    });
    expect(body).toEqual({});
    expect(knows.asked).toEqual([{ other: ['2.0.0'] }]);
  });

  test('tells the upstream no name that is claimed in another registry: npm sends all those of a project to one', async () => {
    expect((await audit({ '@team/secret': ['1.0.0'], another: ['2.0.0'] })).status).toBe(200);
    expect(knows.asked).toEqual([{ another: ['2.0.0'] }]);
  });

  test.each([
    ['no JSON', '{"a":', {}, 400],
    ['a list', '[]', {}, 400],
    ['null', 'null', {}, 400],
    ['versions that are no list', { demo: '1.0.0' }, {}, 400],
    ['versions that are no texts', { demo: [1] }, {}, 400],
    ['a version without end', { demo: ['1'.repeat(300)] }, {}, 400],
    ['more versions of a package than a lock file has', { demo: Array(101).fill('1.0.0') }, {}, 400],
    ['nothing', '', {}, 400],
    ['gzip that is none', 'nonsense', { 'content-encoding': 'gzip' }, 400],
    [
      'gzip that ends early',
      gzipSync('{"demo":["1.0.0"]}').subarray(0, 20),
      { 'content-encoding': 'gzip' },
      400,
    ],
    ['a small bomb', gzipSync(Buffer.alloc(50_000_000)), { 'content-encoding': 'gzip' }, 413],
    ['another encoding', '{}', { 'content-encoding': 'br' }, 415],
    ['too much', `{"demo":["${' '.repeat(5_000_000)}"]}`, {}, 413],
    [
      'too many names',
      Object.fromEntries(Array.from({ length: 20_001 }, (_, index) => [`n${index}`, ['1.0.0']])),
      {},
      413,
    ],
  ])('with %s is refused', async (_, body, headers, status) => {
    expect((await audit(body, headers as Record<string, string>)).status).toBe(status);
    expect(knows.asked).toEqual([]);
  });

  test('passes over names that no package has, and takes thousands', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 5000 }, (_, index) => [`pkg-${index}`, ['1.0.0', 'x']]),
    );
    expect(await audit({ ...many, '../x': ['1.0.0'], lodash: ['1.0.0'] })).toMatchObject({
      status: 200,
      body: { lodash: [{ id: 1108 }] },
    });
    expect(Object.keys(knows.asked[0] ?? {})).toHaveLength(5001);
    expect(await audit({ ...many, lodash: ['1.0.0'] })).toMatchObject({ status: 200 });
    expect(knows.asked).toHaveLength(1);
  });

  test('in the older form is told to come in the newer one', async () => {
    for (const path of ['-/npm/v1/security/audits', '-/npm/v1/security/audits/quick']) {
      const response = await fetch(`${server.url}/npm/${path}`, { method: 'POST', body: '{}' });
      expect(response.status).toBe(410);
      expect(await response.json()).toMatchObject({ code: 'gone' });
    }
  });

  test('knows what was imported, of owned packages too, and each finding once', async () => {
    const dump = join(temporaryFolder('dump'), 'osv');
    mkdirSync(dump);
    const records = [
      osvRecord('GHSA-jf85-cpcp-j695', 'lodash', { fixed: '4.17.12' }),
      osvRecord('CVE-2026-1', 'lodash', { aliases: ['GHSA-jf85-cpcp-j695'] }),
      osvRecord('MAL-2026-1', 'secret', {}),
      osvRecord('GHSA-mine-mine-mine', 'mine', { fixed: '2.0.0', severity: 'MODERATE' }),
    ];
    for (const record of records) writeFileSync(join(dump, `${record.id}.json`), JSON.stringify(record));
    const imported = await kontor(['advisories', 'import', dump], { env: { KONTOR_DATA: server.data } });
    expect(imported.stderr).toBe('');
    const { body } = await audit({ lodash: ['4.17.11'], mine: ['1.0.0'], secret: ['1.0.0'] });
    expect(body['lodash']).toHaveLength(1);
    expect(body['lodash']?.[0]?.id).toBe(1108);
    expect(body['secret']).toMatchObject([{ severity: 'critical', vulnerable_versions: '*' }]);
    expect(body['mine']).toMatchObject([
      {
        url: 'https://github.com/advisories/GHSA-mine-mine-mine',
        severity: 'moderate',
        vulnerable_versions: '<2.0.0',
        cwe: ['CWE-79'],
      },
    ]);
    const again = await audit({ mine: ['1.0.0'] });
    expect(again.body['mine']?.[0]?.id).toBe(body['mine']?.[0]?.id);
    expect(Number.isSafeInteger(again.body['mine']?.[0]?.id)).toBe(true);
  });
});

describe('Signatures and attestations of an upstream', () => {
  test('come through with its keys, beside ours', async () => {
    const { body } = (await get('-/npm/v1/keys')) as { body: { keys?: { keyid: string }[] } };
    expect(body.keys?.map(({ keyid }) => keyid)).toEqual([expect.stringMatching(/^SHA256:/), key.keyid]);
    await get('-/npm/v1/keys');
    expect(upstream.count('/-/npm/v1/keys')).toBe(1);
    const document = (await get('@acme%2fattested')).body as unknown as {
      versions: Record<string, { dist: Record<string, unknown> }>;
    };
    expect(document.versions['1.0.0']?.dist).toMatchObject({
      signatures: [{ keyid: key.keyid, sig: 'abc' }],
      attestations: {
        url: `${server.url}/npm/-/npm/v1/attestations/@acme/attested@1.0.0`,
        provenance: { predicateType: 'p' },
      },
    });
    expect(await get('-/npm/v1/attestations/@acme%2fattested@1.0.0')).toEqual({
      status: 200,
      body: { attestations: [bundle] },
    });
  });

  test('of what the gate hides are not given, and not asked for', async () => {
    const env = { KONTOR_DATA: server.data, KONTOR_NPM_UPSTREAM: upstream.url };
    const run = async (...args: string[]) => {
      const { code, stdout, stderr } = await kontor(args, { env });
      if (code !== 0) throw new Error(stderr);
      return stdout;
    };
    const attested = '-/npm/v1/attestations/@acme%2fattested@1.0.0';
    const hidden = { status: 403, body: { code: 'version_hidden' } };
    const blocks = [
      ['@acme/attested@1.0.0', attested],
      ['free@2.x', '-/npm/v1/attestations/free@2.0.0'],
      ['whole', '-/npm/v1/attestations/whole@1.0.0'],
      ['mine@1.x', '-/npm/v1/attestations/mine@1.0.0'],
      ['quiet@1.x', '-/npm/v1/attestations/quiet@1.0.0'],
    ] as const;
    const ids: string[] = [];
    for (const [spec, path] of blocks) {
      const added = await run('block', 'add', spec, '--reason', 'bad', '--json');
      ids.push(String((JSON.parse(added) as { id: number }).id));
      expect(await get(path)).toMatchObject(hidden);
    }
    expect(upstream.requests).toEqual([]);
    for (const id of ids) await run('block', 'remove', id);
    expect((await get(attested)).status).toBe(200);

    await run('registry', 'set', 'npm', '--cooldown', '3650d');
    upstream.requests.length = 0;
    expect(await get(attested)).toMatchObject(hidden);
    for (const name of ['unknown', 'quiet', 'claimed']) {
      expect((await get(`-/npm/v1/attestations/${name}@1.0.0`)).status).toBe(404);
    }
    expect(upstream.count(/attestations/)).toBe(0);
    await run('registry', 'set', 'npm', '--cooldown', 'off');
    expect((await get(attested)).status).toBe(200);
  });

  test('that are not there are asked for once, and of our own names never', async () => {
    for (let round = 0; round < 3; round++) {
      expect((await get('-/npm/v1/attestations/unsigned@1.0.0')).status).toBe(404);
      for (const name of ['mine', 'quiet', 'claimed']) {
        expect((await get(`-/npm/v1/attestations/${name}@1.0.0`)).status).toBe(404);
      }
      expect((await get('-/npm/v1/attestations/x@nonsense')).status).toBe(404);
    }
    expect(upstream.requests.map(({ url }) => url)).toEqual(['/-/npm/v1/attestations/unsigned@1.0.0']);
  });
});
