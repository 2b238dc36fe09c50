import { zstdDecompressSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { createNpmRemote } from './remote.ts';

const remote = createNpmRemote();
afterAll(() => remote.close());

const packument = (versions: number) => ({
  name: 'demo',
  versions: Object.fromEntries(
    Array.from({ length: versions }, (_, n) => [
      `1.0.${n}`,
      {
        name: 'demo',
        version: `1.0.${n}`,
        text: 'x'.repeat(900),
        dist: { tarball: 'https://a.invalid/d.tgz', shasum: '0'.repeat(40) },
      },
    ]),
  ),
});

test('a document is asked for by one escaped path segment', () => {
  expect(remote.documentPath('demo')).toBe('demo');
  expect(remote.documentPath('@acme/demo')).toBe('@acme%2fdemo');
  expect(remote.documentPath('a?b#c')).toBe('a%3Fb%23c');
});

test('a large document is read while the event loop goes on', async () => {
  const bytes = new TextEncoder().encode(JSON.stringify(packument(10_000)));
  let turns = 0;
  const ticking = setInterval(() => turns++, 1);
  const { body } = await remote.ingest('demo', { bytes, gzip: false });
  clearInterval(ticking);
  expect(Object.keys(JSON.parse(zstdDecompressSync(body).toString()).versions)).toHaveLength(10_000);
  expect(turns).toBeGreaterThan(5);
});

test('bytes that share their memory with others leave those alone', async () => {
  const text = JSON.stringify(packument(1));
  const shared = Buffer.from(`${text}${text}`);
  await remote.ingest('demo', { bytes: shared.subarray(0, text.length), gzip: false });
  expect(shared.toString()).toBe(text + text);
});

test('a file is found in the document, which can be used again', async () => {
  const document = await remote.ingest('demo', {
    bytes: Buffer.from(JSON.stringify(packument(2))),
    gzip: false,
  });
  expect((await remote.release(document, 'demo-1.0.1.tgz'))?.version).toBe('1.0.1');
  expect((await remote.release(document, 'demo-1.0.0.tgz'))?.version).toBe('1.0.0');
  expect(await remote.release(document, 'demo-1.0.2.tgz')).toBeUndefined();
});

test('a document that is nested beyond reason is refused, and the next one is read', async () => {
  const deep = `{"name":"demo","versions":{},"x":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
  await expect(remote.ingest('demo', { bytes: Buffer.from(deep), gzip: false })).rejects.toMatchObject({
    code: 'upstream_down',
  });
  const bytes = Buffer.from(JSON.stringify(packument(1)));
  expect((await remote.ingest('demo', { bytes, gzip: false })).body.length).toBeGreaterThan(0);
});
