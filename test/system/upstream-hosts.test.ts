import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../setup/resources.ts';
import { startKontor, type RunningKontor } from '../setup/server.ts';
import {
  answers,
  guarded,
  LINK_LOCAL,
  queryLayout,
  redirects,
  retryLater,
  scriptedPackage,
  scriptedUpstream,
  serves,
  tarballs,
  type ScriptedUpstream,
} from '../upstream/index.ts';

let upstream: ScriptedUpstream;
/** What nobody may be led to. */
let inside: ScriptedUpstream;
let server: RunningKontor;

beforeAll(async () => {
  upstream = await scriptedUpstream();
  inside = await scriptedUpstream(answers(200, '{"name":"demo","versions":{}}'));
  server = await startKontor({ env: { KONTOR_NPM_UPSTREAM: upstream.url } });
});
afterAll(() => Promise.all([upstream.close(), inside.close()]));
let name: string;
let count = 0;
beforeEach(() => {
  count += 1;
  name = `demo-${count}`;
  inside.requests.length = 0;
});

const get = async (path: string) => {
  const response = await fetch(`${server.url}/npm/${path}`);
  return { response, body: (await response.json()) as { error?: string } };
};

describe('an upstream that leads elsewhere', () => {
  test.each(['127.0.0.1', 'localhost', '2130706433', '[::ffff:127.0.0.1]'])(
    'to %s with its document is refused with the name of the setting',
    async (host) => {
      upstream.script = redirects(`http://${host}:${inside.port}/secret`);
      const { response, body } = await get(name);
      expect(response.status).toBe(502);
      expect(body.error).toMatch(/redirects to .*, which is not allowed: .* allowHosts of the upstream/);
      expect(inside.requests).toHaveLength(0);
    },
  );

  test('to the metadata of a cloud with its tarballs is refused too', async () => {
    upstream.script = tarballs(redirects(LINK_LOCAL), serves(scriptedPackage(name, ['1.0.0'], upstream.url)));
    const { response, body } = await get(`${name}/-/${name}-1.0.0.tgz`);
    expect(response.status).toBe(502);
    expect(body.error).toContain('169.254.169.254');
  });

  test('back to us is refused', async () => {
    upstream.script = redirects(`${server.url}/npm/${name}`);
    expect((await get(name)).response.status).toBe(502);
    expect(upstream.count(`/${name}`)).toBe(1);
  });

  test('for a file that it does not have itself says which host would have to be allowed', async () => {
    upstream.script = serves({ ...scriptedPackage(name, ['1.0.0'], inside.url), tarballs: {} });
    const { response, body } = await get(`${name}/-/${name}-1.0.0.tgz`);
    expect(response.status).toBe(502);
    expect(body.error).toContain(`add 127.0.0.1:${inside.port} to allowHosts`);
    expect(inside.requests).toHaveLength(0);
  });
});

test('an upstream that wants to be left alone is, and clients hear for how long', async () => {
  upstream.script = retryLater(429, 120);
  const { response } = await get(name);
  expect(response.status).toBe(503);
  expect(response.headers.get('retry-after')).toBe('120');
  const before = upstream.requests.length;
  const again = await get(`other-${name}`);
  expect(again.response.status).toBe(503);
  expect(Number(again.response.headers.get('retry-after'))).toBeGreaterThan(60);
  expect(upstream.requests).toHaveLength(before);
});

/** With that in the settings of its upstream. */
async function serverWith(settings: string): Promise<RunningKontor> {
  const cwd = temporaryFolder('cwd');
  const text = `registries: { npm: { upstreams: [{ name: main, url: '${upstream.url}', token: s3cret, ${settings} }] } }\n`;
  writeFileSync(join(cwd, 'kontor.yaml'), text);
  return startKontor({ cwd });
}

const file = ({ url }: RunningKontor) => fetch(`${url}/npm/${name}/-/${name}-1.0.0.tgz`);

describe('a host that is allowed', () => {
  test('but is on this machine is asked only if that is allowed too, and never with credentials', async () => {
    const elsewhere = scriptedPackage(name, ['1.0.0'], inside.url, { locate: queryLayout });
    upstream.script = guarded('Bearer s3cret', serves(elsewhere));
    inside.script = serves(elsewhere);
    const allowHosts = `allowHosts: ['127.0.0.1:${inside.port}']`;
    const careful = await serverWith(allowHosts);
    const refusal = await file(careful);
    expect(refusal.status).toBe(502);
    expect(await refusal.json()).toMatchObject({
      error: expect.stringContaining('set allowPrivate of the upstream main'),
    });
    expect(inside.requests).toHaveLength(0);

    const open = await serverWith(`${allowHosts}, allowPrivate: true`);
    const answer = await file(open);
    expect(answer.status).toBe(200);
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(Object.values(elsewhere.tarballs)[0]);
    expect(inside.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
    expect(careful.logs() + open.logs()).not.toContain('s3cret');
  });
});
