import { describe, expect, test } from 'vitest';
import { Staging } from '../../../../test/doors/staging.ts';
import { ChangeBody } from '../change-body/index.ts';
import { readPublishBody } from './index.ts';

const METADATA = 4 * 1024 ** 2;

/** A packument as npm sends it back, of about this many bytes. */
function packument(bytes: number): string {
  const version = { name: 'demo', description: 'x'.repeat(1900), deprecated: 'old' };
  const count = Math.ceil(bytes / 2000);
  const versions = Object.fromEntries(Array.from({ length: count }, (_, n) => [`1.0.${n}`, version]));
  return JSON.stringify({ _id: 'demo', versions, readme: '' });
}

function read(body: string, isHere: boolean, piece = 65_536) {
  async function* source(): AsyncGenerator<Uint8Array> {
    const bytes = Buffer.from(body);
    for (let at = 0; at < bytes.length; at += piece) yield bytes.subarray(at, at + piece);
  }
  return readPublishBody(source(), {
    maxMetadataBytes: METADATA,
    maxTarballBytes: 1000,
    stage: new Staging().stage,
    change: async () => (isHere ? new ChangeBody('anna') : undefined),
  });
}

describe('a body that brings no tarball', () => {
  test.each([
    ['300 KB, more than is parsed at once', 300_000],
    ['5 MB, more than a publish may hold', 5_000_000],
  ])('of %s is reduced to what it changes', async (_what, bytes) => {
    const { document, attachments } = await read(packument(bytes), true);
    expect(attachments).toEqual([]);
    expect(Object.keys(document as object)).toEqual(['versions']);
    const { versions } = document as { versions: object };
    expect(Object.keys(versions)).toHaveLength(Math.ceil(bytes / 2000));
    expect(versions).toHaveProperty(['1.0.7'], { deprecated: 'old' });
  });

  test('of a few bytes is parsed whole', async () => {
    const { document } = await read('{"_id":"demo","users":{"ben":true}}', true);
    expect(document).toEqual({ _id: 'demo', users: { ben: true } });
  });

  test('is too large for a package that is not there', async () => {
    await expect(read(packument(5_000_000), false)).rejects.toMatchObject({ code: 'too_large' });
  });

  test('is too large at last if a tarball does come', async () => {
    const body = packument(5_000_000).replace(/}$/, ',"_attachments":{"a.tgz":{"data":"AAAA"}}}');
    await expect(read(body, true)).rejects.toMatchObject({ code: 'too_large' });
  });

  test('is too large beyond 64 MB', async () => {
    await expect(read(`{"readme":"${'x'.repeat(65 * 1024 ** 2)}"}`, true)).rejects.toMatchObject({
      code: 'too_large',
    });
  });

  test.each([300_000, 5_000_000])('and breaks off after %i bytes is truncated', async (bytes) => {
    await expect(read(packument(bytes).slice(0, -1), true)).rejects.toMatchObject({ code: 'body_truncated' });
  });
});
