import { createServer, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  after,
  answers,
  dead,
  dripping,
  endless,
  first,
  impatient,
  redirects,
  retryLater,
  scriptedUpstream,
  silent,
  split,
  truncated,
  upstreamClient,
  when,
  wrongLength,
  type Script,
  type ScriptedUpstream,
} from '../../test/upstream/index.ts';
import type { ClientOptions, UpstreamClient, UpstreamResponse } from './client.ts';

let upstream: ScriptedUpstream;
let client: UpstreamClient;
let now: number;

beforeEach(async () => {
  upstream = await scriptedUpstream(answers(200, 'home'));
  now = Date.UTC(2026, 0, 1);
  client = clientWith({});
});
afterEach(async () => {
  await client.close();
  await upstream.close();
});

function clientWith(settings: ClientOptions['settings']): UpstreamClient {
  return upstreamClient(upstream.url, { clock: () => now, settings });
}

/** For tests that wait until the client does no more. */
async function beImpatient(document = impatient.document): Promise<void> {
  await client.close();
  client = clientWith({ timeouts: { ...impatient, document } });
}

const get = (path: string, total = 60_000) => client.get(client.below(path), {}, total);
const textOf = async ({ body }: UpstreamResponse) => (await body.toArray()).join('');
const read = async (path: string, total?: number) => textOf(await get(path, total));
const many = (count: number) => Array.from({ length: count }, (_, index) => `package-${index}`);

describe('an upstream that wants to be left alone', () => {
  test.each([429, 503] as const)('with status %i is not asked again until then', async (status) => {
    upstream.script = retryLater(status, 30);
    await expect(read('demo')).rejects.toMatchObject({ code: 'upstream_down', retryAfter: 30 });
    expect(client.retryAt).toBe(now + 30_000);
    upstream.script = answers(200, 'home');
    now += 20_500;
    await expect(read('demo')).rejects.toMatchObject({ code: 'upstream_down', retryAfter: 10 });
    expect(upstream.requests).toHaveLength(1);
    now += 9500;
    expect(await read('demo')).toBe('home');
  });

  test('until a date is left alone until then', async () => {
    upstream.script = retryLater(503, new Date(now + 60_000).toUTCString());
    await expect(read('demo')).rejects.toMatchObject({ retryAfter: 60 });
  });

  test('for a day is asked again after ten minutes', async () => {
    upstream.script = retryLater(429, 86_400);
    await expect(read('demo')).rejects.toMatchObject({ retryAfter: 600 });
  });

  test.each([500, 502, 503, 504, 429])('is not known to be one by status %i alone', async (status) => {
    upstream.script = answers(status);
    await expect(read('demo')).rejects.toMatchObject({ code: 'upstream_down', retryAfter: undefined });
    expect(client.retryAt).toBe(0);
  });

  test('does not hear of those either who were in line', async () => {
    upstream.script = retryLater(429, 30);
    const outcomes = await Promise.allSettled(many(100).map((path) => read(path)));
    expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['rejected']));
    expect(upstream.requests.length).toBeLessThanOrEqual(16);
  });

  test('is asked all the same if it was a foreign host that said so', async () => {
    const busy = await scriptedUpstream(retryLater(429, 30));
    upstream.script = split('/file', redirects(`${busy.url}file`), answers(200, 'home'));
    await client.close();
    client = clientWith({ allowHosts: [`127.0.0.1:${busy.port}`], allowPrivate: true });
    await expect(read('file')).rejects.toMatchObject({ retryAfter: 30 });
    expect(client.retryAt).toBe(0);
    expect(await read('demo')).toBe('home');
    await expect(read('file')).rejects.toMatchObject({ code: 'upstream_down' });
    expect(busy.requests).toHaveLength(1);
    await busy.close();
  });
});

describe('requests in flight', () => {
  test('are sixteen at most, and the others come when one has ended', async () => {
    const { promise: opened, resolve: open } = Promise.withResolvers<void>();
    upstream.script = when(opened, after(5, answers(200, 'home')));
    const reading = many(200).map((path) => read(path));
    await upstream.arrived(16);
    expect(upstream.inFlight).toBe(16);
    open();
    expect(new Set(await Promise.all(reading))).toEqual(new Set(['home']));
    expect(upstream.requests).toHaveLength(200);
    expect(upstream.peak).toBe(16);
  });

  test('for what is stored let those go first that are for what is not', async () => {
    const { promise: opened, resolve: open } = Promise.withResolvers<void>();
    upstream.script = when(opened, answers(200, 'home'));
    const reading = many(16).map((path) => read(path));
    await upstream.arrived(16);
    const revalidating = many(50).map((path) =>
      client.get(client.below(`stored-${path}`), {}, 60_000, { yields: true }).then(textOf),
    );
    reading.push(read('missing'));
    open();
    await Promise.all([...reading, ...revalidating]);
    expect(upstream.requests[16]?.url).toBe('/missing');
  });

  test('count until their bodies have been read', async () => {
    upstream.script = split(
      /file/,
      truncated(answers(200, 'x'.repeat(1000)), { end: 'stall' }),
      answers(200, 'home'),
    );
    const streaming = await Promise.all(many(16).map((path) => get(`file-${path}`)));
    // It would be over time if its time ran.
    const waiting = read('demo', 1000);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect(upstream.count('/demo')).toBe(0);
    streaming[0]?.body.destroy();
    expect(await waiting).toBe('home');
    for (const { body } of streaming) body.destroy();
  });

  test('count no more once nobody wants their bodies', async () => {
    upstream.script = answers(404, 'x'.repeat(1000));
    for (const path of many(40)) (await get(path)).discard();
    upstream.script = endless;
    for (const path of many(20)) (await get(path)).discard();
    upstream.script = answers(200, 'home');
    expect(await read('demo')).toBe('home');
  });

  test('do not use up the time of those in line', async () => {
    const { promise: opened, resolve: open } = Promise.withResolvers<void>();
    upstream.script = when(opened, answers(200, 'home'));
    const before = many(16).map((path) => read(path));
    await upstream.arrived(16);
    const inLine = read('demo', 1000);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    open();
    expect(await inLine).toBe('home');
    await Promise.all(before);
  });

  test('to an upstream that answers nobody take those in line with them', async () => {
    await beImpatient(60_000);
    upstream.script = silent;
    const reasons = await Promise.all(many(200).map((path) => read(path).catch(({ message }) => message)));
    for (const reason of reasons) expect(reason).toContain('did not come in time');
    expect(upstream.requests.length).toBeLessThan(64);
  });

  test('that fail leave room for others', async () => {
    upstream.script = dead;
    for (const path of many(20)) await expect(read(path)).rejects.toMatchObject({ code: 'upstream_down' });
    upstream.script = answers(200, 'home');
    expect(await read('demo')).toBe('home');
  });
});

describe('a request', () => {
  test.each<[string, Script | undefined, RegExp]>([
    ['is refused', undefined, /refused/],
    ['gets no headers in time', silent, /did not come in time/],
    [
      'gets a body that stops',
      truncated(answers(200, 'x'.repeat(100)), { end: 'stall' }),
      /stopped in the middle/,
    ],
    ['gets a body that breaks off', truncated(answers(200, 'x'.repeat(100))), /broke/],
    ['gets less than was promised', wrongLength(answers(200, 'home'), 10), /broke/],
    [
      'gets a body that drips for ever',
      dripping(answers(200, 'x'.repeat(10_000)), { bytes: 1, every: 20 }),
      /too long/,
    ],
    ['finds the connection dead, twice', dead, /broke/],
    ['gets what is no HTTP', (request) => request.socket.end('SSH-2.0-OpenSSH\r\n'), /no HTTP/],
  ])('that %s is a Fault that says so', async (_, script, message) => {
    await beImpatient();
    if (script) upstream.script = script;
    else await upstream.close();
    const asking = read('demo', 1500).catch((error: unknown) => {
      throw client.fault(error);
    });
    await expect(asking).rejects.toMatchObject({
      code: 'upstream_down',
      message: expect.stringMatching(message),
    });
  });

  test('whose connection was closed under it is tried once more', async () => {
    upstream.script = first(1, dead, answers(200, 'home'));
    expect(await read('demo')).toBe('home');
    expect(upstream.requests).toHaveLength(2);
  });

  test('to a name that does not exist says so', async () => {
    const lost = upstreamClient('http://registry.invalid/');
    await expect(lost.get(lost.below('demo'), {}, 5000)).rejects.toMatchObject({
      code: 'upstream_down',
      message: expect.stringMatching(/registry\.invalid .*host name/),
    });
    await lost.close();
  });

  test('that finds nobody to make a TLS connection with says so', async () => {
    const mute = createServer((socket) => socket.resume());
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    const { port } = mute.address() as AddressInfo;
    const timeouts = { ...impatient, connect: 300 };
    const waiting = upstreamClient(`https://127.0.0.1:${port}/`, { settings: { timeouts } });
    await expect(waiting.get(waiting.below('demo'), {}, 20_000)).rejects.toMatchObject({
      code: 'upstream_down',
      message: expect.stringContaining('the connection timed out'),
    });
    await waiting.close();
    await new Promise((resolve) => mute.close(resolve));
  });

  test('that is answered with 501 has an answer', async () => {
    upstream.script = answers(501);
    expect((await get('demo')).status).toBe(501);
  });
});
