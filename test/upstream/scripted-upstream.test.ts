import { afterEach, describe, expect, test } from 'vitest';
import {
  after,
  answers,
  corrupted,
  dead,
  dripping,
  edited,
  endless,
  first,
  githubLayout,
  jsrLayout,
  line,
  queryLayout,
  realPackage,
  redirects,
  scriptedPackage,
  scriptedUpstream,
  serves,
  shortened,
  silent,
  tarballs,
  truncated,
  when,
  withHeaders,
  wrongLength,
  type Script,
  type ScriptedUpstream,
} from './index.ts';

const opened: ScriptedUpstream[] = [];
const open = async (script?: Script, host?: string) => {
  const upstream = await scriptedUpstream(script, host === undefined ? {} : { host });
  opened.push(upstream);
  return upstream;
};
afterEach(async () => {
  await Promise.all(opened.splice(0).map((upstream) => upstream.close()));
});

/** What a client makes of it: the body, or that it broke. */
async function read(url: string): Promise<string> {
  try {
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(500) });
    return `${response.status} ${await response.text()}`;
  } catch {
    return 'broke';
  }
}

const hello = answers(200, 'hello, world');

describe('the scripted upstream', () => {
  test('counts requests by path, in flight and at their peak', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const upstream = await open(when(promise, hello));
    const reading = ['a', 'b', 'b'].map((path) => read(upstream.url + path));
    await upstream.arrived(3);
    expect(upstream.inFlight).toBe(3);
    resolve();
    await Promise.all(reading);
    await read(`${upstream.url}c`);
    expect(upstream.inFlight).toBe(0);
    expect(upstream.peak).toBe(3);
    expect(upstream.count('/b')).toBe(2);
    expect(upstream.count(/[ac]/)).toBe(2);
  });

  test('goes away and comes back at the same address', async () => {
    const upstream = await open(hello);
    await upstream.close();
    expect(await read(upstream.url)).toBe('broke');
    await upstream.reopen();
    expect(await read(upstream.url)).toBe('200 hello, world');
  });

  test('listens where it is told', async () => {
    expect(await read((await open(hello, '::1')).url)).toBe('200 hello, world');
  });

  test.each<[string, Script, string]>([
    ['late', after(30, hello), '200 hello, world'],
    ['dripping', dripping(hello, { bytes: 5, every: 5 }), '200 hello, world'],
    ['on a slow line', line(hello, { delay: 10, bytesPerSecond: 1000 }), '200 hello, world'],
    ['shortened', shortened(hello, 5), '200 hello'],
    ['corrupted', corrupted(hello), '200 hello,!world'],
    ['with other headers', withHeaders(hello, { 'content-type': 'text/html' }), '200 hello, world'],
    ['saying less than it sends', wrongLength(hello, -7), '200 hello'],
    ['saying more than it sends', wrongLength(hello, 1), 'broke'],
    ['truncated', truncated(hello), 'broke'],
    ['stalling', truncated(hello, { end: 'stall' }), 'broke'],
    ['dead', dead, 'broke'],
    ['silent', silent, 'broke'],
    ['without an end', endless, 'broke'],
    ['redirecting', redirects('/there'), '302 '],
    ['redirecting at first', first(0, redirects('/there'), hello), '200 hello, world'],
  ])('is %s', async (_, script, outcome) => {
    const upstream = await open(script);
    expect(await read(upstream.url)).toBe(outcome);
  });

  test('a line is shared by all that is on it', async () => {
    const upstream = await open(line(answers(200, 'x'.repeat(1000)), { delay: 0, bytesPerSecond: 20_000 }));
    const before = performance.now();
    await Promise.all(Array.from({ length: 4 }, (_, index) => read(upstream.url + index)));
    expect(performance.now() - before).toBeGreaterThan(180);
  });
});

describe('a scripted package', () => {
  test('is served with its ETag, and 304 to whoever has it', async () => {
    const upstream = await open();
    upstream.script = serves(scriptedPackage('@acme/demo', ['1.0.0'], upstream.url));
    const response = await fetch(`${upstream.url}@acme%2fdemo`);
    const etag = response.headers.get('etag') ?? '';
    expect(await response.json()).toMatchObject({ name: '@acme/demo', 'dist-tags': { latest: '1.0.0' } });
    const again = await fetch(response.url, { headers: { 'if-none-match': etag } });
    expect(again.status).toBe(304);
  });

  test.each([undefined, githubLayout, jsrLayout, queryLayout])(
    'has its tarballs where its document says, in layout %#',
    async (locate) => {
      const upstream = await open();
      const demo = await realPackage('@acme/demo', ['1.0.0'], upstream.url, locate ? { locate } : {});
      upstream.script = serves(demo);
      const { dist } = demo.packument.versions['1.0.0'] as { dist: { tarball: string } };
      const bytes = await (await fetch(dist.tarball)).bytes();
      expect(Object.values(demo.tarballs)[0]?.equals(bytes)).toBe(true);
    },
  );

  test('can be changed, and its tarballs served in another way than its document', async () => {
    const upstream = await open();
    const demo = scriptedPackage('demo', ['1.0.0', '1.1.0'], upstream.url);
    const changed = edited(demo, ({ versions }) => delete versions['1.1.0']);
    upstream.script = tarballs(dead, serves(changed));
    expect(await read(`${upstream.url}demo`)).not.toContain('demo-1.1.0.tgz');
    expect(await read(`${upstream.url}demo/-/demo-1.0.0.tgz`)).toBe('broke');
    expect(demo.packument.versions['1.1.0']).toBeDefined();
  });
});
