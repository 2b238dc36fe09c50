import { describe, expect, test } from 'vitest';
import { isFault, sha256Hex, type ErrorCode, type Fault } from '../../../kernel/index.ts';
import { readPublishBody, type PublishBody } from './index.ts';
import { pieces, Staging } from '../../../../test/doors/staging.ts';

const LIMITS = { maxMetadataBytes: 4096, maxTarballBytes: 300_000 };

async function read(
  body: string | Uint8Array,
  size?: number,
): Promise<{ result: PublishBody; staging: Staging }> {
  const staging = new Staging();
  return { result: await readPublishBody(pieces(body, size), { ...LIMITS, stage: staging.stage }), staging };
}

/** The fault of a body, after making sure that nothing of it stays staged. */
async function refusal(body: string | Uint8Array, size?: number): Promise<Fault> {
  const staging = new Staging();
  const reading = readPublishBody(pieces(body, size), { ...LIMITS, stage: staging.stage });
  const outcome: unknown = await reading.catch((error: unknown) => error);
  if (!isFault(outcome)) throw new Error('The body was not refused with a Fault.', { cause: outcome });
  expect(staging.leftovers).toBe(0);
  return outcome;
}

const withData = (data: string) => `{"name":"x","_attachments":{"x-1.0.0.tgz":{"data":"${data}"}}}`;

/** A body with text before and behind its data. */
const withText = (before: string, behind: string) =>
  `{"é":"${before}","_attachments":{"x.tgz":{"data":"${'YWJj'.repeat(100)}"}},"b":"${behind}"}`;

describe('a publish body', () => {
  test('gives the document, the tarball and its digests', async () => {
    const tarball = Buffer.from('not really a tarball');
    const body = (data: string) => ({
      name: '@acme/x',
      versions: { '1.0.0': { name: '@acme/x' } },
      _attachments: {
        '@acme/x-1.0.0.tgz': { content_type: 'application/octet-stream', data, length: tarball.length },
      },
    });
    const { result, staging } = await read(JSON.stringify(body(tarball.toString('base64'))));
    expect(result.attachments).toHaveLength(1);
    expect(result.attachments[0]).toMatchObject({
      fileName: '@acme/x-1.0.0.tgz',
      declaredLength: tarball.length,
      digests: { sha256: sha256Hex(tarball), size: tarball.length },
    });
    expect(staging.blobs[0]?.bytes).toEqual(tarball);
    expect(result.document).toEqual(body(''));
  });

  test('is read alike whatever the order of its keys', async () => {
    const { result, staging } = await read(
      '{"_attachments":{"x.tgz":{"length":3,"data":"YWJj","content_type":"a"}},"name":"x"}',
    );
    expect(result.attachments[0]?.declaredLength).toBe(3);
    expect(staging.blobs[0]?.bytes.toString()).toBe('abc');
    expect(result.document).toMatchObject({ name: 'x' });
  });

  test('may escape its keys and its base64', async () => {
    const { result, staging } = await read(
      String.raw`{"_attachmen\u0074s":{"\u0078.tgz":{"d\u0061ta":"\u002b\/\u002F\u0041"}}}`,
      1,
    );
    expect(result.attachments[0]?.fileName).toBe('x.tgz');
    expect(staging.blobs[0]?.bytes).toEqual(Buffer.from('+//A', 'base64'));
  });

  test('reaches the staged blob in batches when its data is longer than one', async () => {
    const tarball = Buffer.alloc(290_000, 'kontor');
    const { staging } = await read(withData(tarball.toString('base64')), 65_536);
    expect(staging.blobs[0]?.bytes.equals(tarball)).toBe(true);
  });

  test('without attachments stages nothing', async () => {
    for (const body of [
      '{}',
      ' {"_attachments":{}}\n',
      '{"_attachments":{"x.tgz":{"stub":true}}}',
      '{"_attachments":[{"data":"YQ=="}]}',
      '{"_attachments":{"x.tgz":["a","data","data"]}}',
    ]) {
      const { result, staging } = await read(body);
      expect(result).toEqual({ document: JSON.parse(body), attachments: [] });
      expect(staging.blobs).toHaveLength(0);
    }
  });

  test('keeps a sigstore bundle in the document', async () => {
    const body = JSON.stringify({
      _attachments: { 'x-1.0.0.sigstore': { data: '{"a":"\n"}' }, 'x-1.0.0.tgz': { data: 'YQ==' } },
    });
    const { result, staging } = await read(body);
    expect(result.document).toEqual(JSON.parse(body.replace('YQ==', '')));
    expect(staging.blobs[0]?.bytes.toString()).toBe('a');
  });

  test('may name an attachment like a property of every object', async () => {
    const { result } = await read('{"_attachments":{"__proto__":{"data":"YQ==","length":1}}}');
    expect(result.attachments[0]).toMatchObject({ fileName: '__proto__', declaredLength: 1 });
    const { result: other } = await read('{"_attachments":{"constructor":{"data":"YQ=="}}}');
    expect(other.attachments[0]).not.toHaveProperty('declaredLength');
  });

  test('leaves alone what only looks like an attachment', async () => {
    const body =
      '{"a":{"_attachments":{"x":{"data":"??"}}},"_attachments":{"x":{"y":{"data":"??"}}},"data":"??","b":["_attachments",{"x":{"data":"??"}}]}';
    const { result } = await read(body);
    expect(result).toEqual({ document: JSON.parse(body), attachments: [] });
  });
});

describe('a hostile body is refused and leaves nothing staged', () => {
  const cases: [what: string, body: string | Uint8Array, code: ErrorCode][] = [
    ['no bytes', '', 'body_truncated'],
    ['white space only', ' \n', 'body_truncated'],
    ['cut off inside the data', withData('YWJj').slice(0, -6), 'body_truncated'],
    ['cut off before the last bracket', withData('YWJj').slice(0, -1), 'body_truncated'],
    ['cut off inside an escape', String.raw`{"_attachments":{"x.tgz":{"data":"\u00`, 'body_truncated'],
    ['an array', '[]', 'json_invalid'],
    ['a string', '"x"', 'json_invalid'],
    ['a byte order mark', `\ufeff${withData('YQ==')}`, 'json_invalid'],
    ['UTF-16', Buffer.from(withData('YQ=='), 'utf16le'), 'json_invalid'],
    ['something after the object', `${withData('YQ==')}x`, 'json_invalid'],
    ['a second object', `${withData('YQ==')}{}`, 'json_invalid'],
    ['a bracket that closes another kind', '{"a":[}', 'json_invalid'],
    ['a missing comma after the data', withData('YQ==').replace('=="', '==" 1'), 'json_invalid'],
    ['a missing colon', '{"_attachments" {"x.tgz":{"data":"YQ=="}}}', 'json_invalid'],
    ['a bare word', `{"a":nul,${withData('YQ==').slice(1)}`, 'json_invalid'],
    ['a raw line break in a string', '{"a":"\n"}', 'json_invalid'],
    ['an unknown escape in a key', String.raw`{"\x":1}`, 'json_invalid'],
    ['invalid UTF-8', Buffer.from('{"a":"\u00ff"}', 'latin1'), 'json_invalid'],
    ['nesting without end', `{"a":${'['.repeat(250)}${']'.repeat(250)}}`, 'json_invalid'],
    ['base64 with a foreign character', withData('YW*j'), 'base64_invalid'],
    ['base64 with a line break', withData(String.raw`YWJj\nYWJj`), 'base64_invalid'],
    ['base64 with a raw line break', withData('YWJj\nYWJj'), 'base64_invalid'],
    ['URL-safe base64', withData('-_-_'), 'base64_invalid'],
    ['base64 without its padding', withData('YQ'), 'base64_invalid'],
    ['base64 with too much padding', withData('YWJj===='), 'base64_invalid'],
    ['padding in the middle', withData('YQ==YQ=='), 'base64_invalid'],
    ['padding at the end of a batch', withData(`${'YWJj'.repeat(32_767)}YQ==YQ==`), 'base64_invalid'],
    ['unused bits that are set', withData('YR=='), 'base64_invalid'],
    ['an escaped quote in base64', withData(String.raw`YWJj\"`), 'base64_invalid'],
    ['an escape that is no hexadecimal number', withData(String.raw`YWJ\u006g`), 'base64_invalid'],
    ['an escape with a control character for a digit', withData('YWJ\\u006\u0011'), 'base64_invalid'],
    ['an escape whose low byte is base64', withData(String.raw`YWJ\u016a`), 'base64_invalid'],
    ['bytes beyond ASCII in base64', withData('YWé='), 'base64_invalid'],
    [
      '_attachments twice',
      '{"_attachments":{},"_attachments":{"x.tgz":{"data":"YQ=="}}}',
      'manifest_invalid',
    ],
    ['an attachment twice', '{"_attachments":{"x.tgz":{"data":"YQ=="},"x.tgz":{}}}', 'manifest_invalid'],
    ['data twice', String.raw`{"_attachments":{"x.tgz":{"data":"YQ==","d\u0061ta":1}}}`, 'manifest_invalid'],
    [
      'two tarballs',
      '{"_attachments":{"x.tgz":{"data":"YQ=="},"y.tgz":{"data":"YQ=="}}}',
      'manifest_invalid',
    ],
    ['a length in words', '{"_attachments":{"x.tgz":{"data":"YQ==","length":"1"}}}', 'manifest_invalid'],
    ['a negative length', '{"_attachments":{"x.tgz":{"data":"YQ==","length":-1}}}', 'manifest_invalid'],
    ['metadata over the limit', `{"a":"${'a'.repeat(5000)}"}`, 'too_large'],
    ['white space over the limit', `{${' '.repeat(5000)}}`, 'too_large'],
    [
      'a sigstore bundle over the limit',
      `{"_attachments":{"x.sigstore":{"data":"${'A'.repeat(5000)}"}}}`,
      'too_large',
    ],
    ['a tarball over the limit', withData('A'.repeat(400_004)), 'too_large'],
  ];

  test.each(cases)('%s', async (_what, body, code) => {
    for (const size of body.length < 1000 ? [1, 5, 1000] : [1000, 1_000_000]) {
      expect((await refusal(body, size)).code).toBe(code);
    }
  });

  test('the sentences name the attachment, the place and the limit', async () => {
    expect((await refusal(withData('YWJjY*Jj'))).message).toContain('"x-1.0.0.tgz"');
    expect((await refusal(withData('YWJjY*Jj'))).message).toContain('character 5 ');
    expect((await refusal(`${withData('YQ==')}x`)).message).toContain(`byte ${withData('YQ==').length}.`);
    expect((await refusal(`${withData('YQ==')}{}`)).message).toContain(`byte ${withData('YQ==').length}.`);
    const staging = new Staging();
    const body = readPublishBody(pieces(withData('A'.repeat(4_000_000)), 65_536), {
      maxTarballBytes: 2.5 * 1024 ** 2,
      stage: staging.stage,
    });
    await expect(body).rejects.toThrow('2.5 MB');
  });

  test('a position is one of the body as it was sent, before the data and behind it', async () => {
    for (const wrong of [withText('\n', ''), withText('', '\n')]) {
      const byte = Buffer.byteLength(wrong.slice(0, wrong.indexOf('\n')));
      expect((await refusal(wrong)).message).toContain(`byte ${byte}.`);
    }
  });

  test('a file name is shown short and on one line', async () => {
    const { message } = await refusal(`{"_attachments":{"\\n${'n'.repeat(3000)}":{"data":"?"}}}`);
    expect(message).not.toContain('\n');
    expect(message.length).toBeLessThan(400);
  });
});
