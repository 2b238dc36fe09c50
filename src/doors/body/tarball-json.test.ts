import { describe, expect, test } from 'vitest';
import * as fc from 'fast-check';
import { Fault, isFault, type ErrorCode } from '../../kernel/index.ts';
import { pieces, Staging } from '../../../test/doors/staging.ts';
import { readTarballJson, type TarballJson, type TarballJsonOptions } from './index.ts';

function optionsWith(staging: Staging): TarballJsonOptions {
  return {
    at: [['tarball'], ['packages', '*', 'tarball']],
    maxMetadataBytes: 4096,
    maxTarballBytes: 300_000,
    maxTarballs: 4,
    tooLarge: (path) => new Fault('too_large', `${path} is too large`),
    stage: staging.stage,
  };
}

async function read(body: string, size?: number): Promise<{ result: TarballJson; staging: Staging }> {
  const staging = new Staging();
  return { result: await readTarballJson(pieces(body, size), optionsWith(staging)), staging };
}

/** The fault of a body, after making sure that nothing of it stays staged. */
async function refusal(body: string, size?: number): Promise<Fault> {
  const staging = new Staging();
  const outcome: unknown = await readTarballJson(pieces(body, size), optionsWith(staging)).catch(
    (error: unknown) => error,
  );
  expect(staging.leftovers).toBe(0);
  if (!isFault(outcome)) throw new Error('The body was not refused with a Fault.', { cause: outcome });
  return outcome;
}

const base64 = (bytes: string | Uint8Array) => Buffer.from(bytes).toString('base64');

describe('JSON with tarballs in it', () => {
  test('gives the document without them, and each of them staged under its path', async () => {
    const big = Buffer.alloc(290_000, 'kontor');
    const body = JSON.stringify({
      sha: 'abc1234',
      packages: [
        { name: 'a', tarball: base64('one') },
        { tarball: base64(big), name: 'b', deep: { tarball: 'no' } },
        'tarball',
        { name: 'c' },
      ],
      tarball: base64('last'),
    });
    for (const size of [11, 1000, 1_000_000]) {
      const { result, staging } = await read(body, size);
      expect(result.document).toEqual({
        sha: 'abc1234',
        packages: [
          { name: 'a', tarball: '' },
          { tarball: '', name: 'b', deep: { tarball: 'no' } },
          'tarball',
          { name: 'c' },
        ],
        tarball: '',
      });
      expect(result.tarballs.map(({ path }) => path)).toEqual([
        'packages.0.tarball',
        'packages.1.tarball',
        'tarball',
      ]);
      expect(staging.blobs.map(({ bytes }) => bytes.length)).toEqual([3, 290_000, 4]);
      expect(staging.blobs[1]?.bytes.equals(big)).toBe(true);
    }
  });

  test('leaves alone what only looks like one', async () => {
    const body =
      '{"a":{"tarball":"??"},"packages":{"0":{"tarball":"??"}},"b":[{"tarball":"??"}],"c":"tarball","tarball":null,"d":"??"}';
    const { result } = await read(body);
    expect(result).toEqual({ document: JSON.parse(body), tarballs: [] });
    const nested = '{"packages":[["tarball","x"],[{"tarball":"??"}],{"x":{"tarball":"??"}}]}';
    expect((await read(nested)).result.tarballs).toEqual([]);
  });

  test('says last which of them is no base64, and reads the rest', async () => {
    for (const text of [
      'YW*j',
      'YQ',
      'YWJj====',
      'YQ==YQ==',
      String.raw`YW\nJj`,
      String.raw`YW\u0141j`,
      String.raw`YW\u00zzj`,
      String.raw`YW\"Jj`,
    ]) {
      const { result, staging } = await read(
        `{"packages":[{"tarball":"${text}"},{"tarball":"YWJj"}],"a":1}`,
        3,
      );
      const [bad, good] = result.tarballs;
      expect(bad?.invalid).toMatchObject({ code: 'base64_invalid' });
      expect(good?.invalid).toBeUndefined();
      expect(staging.blobs[1]?.bytes.toString()).toBe('abc');
      expect(result.document).toMatchObject({ a: 1 });
    }
  });

  test('may have an empty one', async () => {
    const { result } = await read('{"tarball":""}');
    expect(result.tarballs).toMatchObject([{ digests: { size: 0 } }]);
  });
});

describe('a hostile body is refused and leaves nothing staged', () => {
  const cases: [what: string, body: string, code: ErrorCode][] = [
    ['no bytes', '', 'body_truncated'],
    ['an array', '[]', 'json_invalid'],
    ['cut off in a tarball', '{"tarball":"YWJj', 'body_truncated'],
    ['cut off behind one', '{"tarball":"YWJj"', 'body_truncated'],
    ['a tarball twice', '{"tarball":"YWJj","tarball":"YWJj"}', 'json_invalid'],
    ['packages twice', '{"packages":[{"tarball":"YWJj"}],"packages":[]}', 'json_invalid'],
    ['a missing comma', '{"tarball":"YWJj" "a":1}', 'json_invalid'],
    ['too many', `{"packages":[${'{"tarball":"YWJj"},'.repeat(5)}{}]}`, 'too_large'],
    ['one over the limit', `{"tarball":"${'A'.repeat(400_004)}"}`, 'too_large'],
    ['metadata over the limit', `{"tarball":"YWJj","a":"${'a'.repeat(5000)}"}`, 'too_large'],
    ['nesting without end', `{"a":${'['.repeat(250)}${']'.repeat(250)}}`, 'json_invalid'],
  ];
  test.each(cases)('%s', async (_what, body, code) => {
    for (const size of body.length < 10_000 ? [1, 10_000] : [1000, 2_000_000]) {
      expect((await refusal(body, size)).code).toBe(code);
    }
  });

  test('any JSON is read as the parser reads it, however it is cut', async () => {
    const bytes = fc.uint8Array({ maxLength: 30 }).map(base64);
    const some = fc.record(
      {
        tarball: bytes,
        packages: fc.array(fc.record({ tarball: bytes, name: fc.string() }, { requiredKeys: [] }), {
          maxLength: 3,
        }),
        other: fc.jsonValue({ maxDepth: 3 }),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(some, fc.integer({ min: 1, max: 50 }), async (value, size) => {
        const { result, staging } = await read(JSON.stringify(value), size);
        const texts = [value.tarball, ...(value.packages ?? []).map(({ tarball }) => tarball)];
        expect(staging.blobs.map(({ bytes: staged }) => base64(staged)).toSorted()).toEqual(
          texts.filter((text) => text !== undefined).toSorted(),
        );
        expect((result.document as typeof value).other).toEqual(JSON.parse(JSON.stringify(value)).other);
      }),
    );
  });
});
