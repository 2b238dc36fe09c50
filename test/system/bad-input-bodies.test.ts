import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { packageOfSize } from '../setup/hostile.ts';
import { packageTarball, publish, publishBody, register } from '../setup/publish.ts';
import { RawConnection, rawRequest, requestHead, type RawAnswer } from '../setup/raw.ts';
import { startKontor, type RunningKontor } from '../setup/server.ts';
import { addedFor, refusalOf, heldOpen, storedFiles } from '../setup/traces.ts';

const LIMIT = 1024 * 1024;

let server: RunningKontor;
let token: string;
let before: string[];
let tarball: Buffer;
let good: string;
beforeAll(async () => {
  server = await startKontor({ env: { KONTOR_MAX_PACKAGE_SIZE: '1MB' } });
  token = await register(server, 'anna');
  await publish(server, token, 'other', '1.0.0');
  tarball = await packageTarball('demo', '1.0.0');
  good = JSON.stringify(publishBody('demo', '1.0.0', tarball));
});
beforeEach(() => {
  before = storedFiles(server);
});

function put(body: string | Buffer, headers: Record<string, string> = {}): Promise<RawAnswer> {
  return rawRequest(server, {
    method: 'PUT',
    target: '/npm/demo',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    body,
  });
}

/** Begins a publish of `demo` with these headers, and sends no body. */
async function begin(headers: Record<string, string>): Promise<RawConnection> {
  const connection = await RawConnection.to(server);
  const all = { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers };
  connection.write(requestHead({ method: 'PUT', target: '/npm/demo', headers: all }));
  return connection;
}

/** The good publish, changed. */
function changed(change: (body: ReturnType<typeof publishBody>) => void): string {
  const body = publishBody('demo', '1.0.0', tarball);
  change(body);
  return JSON.stringify(body);
}

function attachment(fields: Record<string, unknown>): string {
  return changed((body) => {
    const [attached] = Object.values(body['_attachments']);
    Object.assign(attached ?? {}, fields);
  });
}

describe('what is not a publish document', () => {
  test.each<[string, () => string | Buffer, number, string]>([
    ['nothing', () => '', 400, 'body_truncated'],
    ['a blank', () => ' ', 400, 'body_truncated'],
    ['no JSON', () => 'nonsense', 400, 'json_invalid'],
    ['an array', () => '[]', 400, 'json_invalid'],
    ['null', () => 'null', 400, 'json_invalid'],
    ['a string', () => '"demo"', 400, 'json_invalid'],
    ['an empty object', () => '{}', 422, 'manifest_invalid'],
    ['JSON with a comma too many', () => good.replace('{', '{,'), 400, 'json_invalid'],
    ['JSON with something behind it', () => `${good}{}`, 400, 'json_invalid'],
    ['JSON behind a byte order mark', () => `\uFEFF${good}`, 400, 'json_invalid'],
    ['JSON in UTF-16', () => Buffer.from(good, 'utf16le'), 400, 'json_invalid'],
    [
      'bytes that are no UTF-8',
      () => Buffer.from(good.replace('"name"', '"caf\xe9":1,"name"'), 'latin1'),
      400,
      'json_invalid',
    ],
    ['JSON that nests 100,000 deep', () => `{"a":${'['.repeat(100_000)}`, 400, 'json_invalid'],
    ['JSON cut in the middle', () => good.slice(0, good.length / 2), 400, 'body_truncated'],
    ['JSON without its last byte', () => good.slice(0, -1), 400, 'body_truncated'],
    ['5 MB of white space', () => ' '.repeat(5 * LIMIT), 413, 'too_large'],
    ['a readme of 5 MB', () => `{"readme":"${'a'.repeat(5 * LIMIT)}`, 413, 'too_large'],
    [
      'two _attachments',
      () => good.replace('"access"', '"_attachments":{},"access"'),
      422,
      'manifest_invalid',
    ],
    [
      'no _attachments',
      () => changed((body) => Object.assign(body, { _attachments: {} })),
      422,
      'manifest_invalid',
    ],
    ['no versions', () => changed((body) => Object.assign(body, { versions: {} })), 422, 'manifest_invalid'],
    [
      'versions in an array',
      () => changed((body) => Object.assign(body, { versions: [] })),
      422,
      'manifest_invalid',
    ],
    [
      'two versions',
      () => changed((body) => Object.assign(body.versions, { '2.0.0': {} })),
      422,
      'manifest_invalid',
    ],
    [
      'a manifest that is text',
      () => changed((body) => Object.assign(body.versions, { '1.0.0': 'x' })),
      422,
      'manifest_invalid',
    ],
    [
      '100,000 attachments',
      () => `{"_attachments":{${Array.from({ length: 100_000 }, (_, index) => `"${index}":{}`).join(',')}`,
      422,
      'manifest_invalid',
    ],
    [
      'two tarballs',
      () =>
        changed((body) =>
          Object.assign(body['_attachments'], { 'b.tgz': { data: tarball.toString('base64') } }),
        ),
      422,
      'manifest_invalid',
    ],
  ])('%s is refused', async (_what, body, status, code) => {
    expect(refusalOf(await put(body()))).toEqual([status, code]);
    expect(await addedFor(server, 'demo', before)).toEqual([]);
  });

  test('a compressed body is refused before it is read', async () => {
    for (const encoding of ['gzip', 'br', 'deflate, gzip', 'nonsense'])
      expect(refusalOf(await put(good, { 'content-encoding': encoding }))).toEqual([
        415,
        'unsupported_media',
      ]);
    expect(await addedFor(server, 'demo', before)).toEqual([]);
  });
});

describe('base64 and lengths', () => {
  test.each<[string, (text: string) => string]>([
    ['a character outside of the alphabet', (text) => text.replace(/.$/s, '*')],
    ['the URL-safe alphabet', (text) => `_-${text.slice(2)}`],
    ['line breaks', (text) => text.replace(/^(.{76})/, '$1\n')],
    ['a blank at the end', (text) => `${text} `],
    ['one character too few', (text) => text.slice(0, -1)],
    ['padding in the middle', (text) => `QQ==${text}`],
    ['a NUL', (text) => `\0${text}`],
    ['letters that look like ASCII', (text) => `ＡＡＡＡ${text}`],
  ])('base64 with %s is refused', async (_what, spoil) => {
    const answer = await put(attachment({ data: spoil(tarball.toString('base64')) }));
    expect(refusalOf(answer)).toEqual([422, 'base64_invalid']);
    expect(await addedFor(server, 'demo', before)).toEqual([]);
  });

  test.each<[string, Record<string, unknown>, string]>([
    ['one byte less', { length: 1 }, 'length_mismatch'],
    ['1e300 bytes', { length: 1e300 }, 'manifest_invalid'],
    ['a negative number of bytes', { length: -1 }, 'manifest_invalid'],
    ['text for a number', { length: '7' }, 'manifest_invalid'],
    ['data that is empty', { data: '', length: 0 }, 'digest_mismatch'],
    ['data that is a number', { data: 7 }, 'manifest_invalid'],
    ['data that is null', { data: null }, 'manifest_invalid'],
  ])('an attachment with %s is refused', async (_what, fields, code) => {
    expect(refusalOf(await put(attachment(fields)))).toEqual([422, code]);
    expect(await addedFor(server, 'demo', before)).toEqual([]);
  });
});

describe('bodies that do not end', () => {
  test('a body that ends before its Content-Length gets no version stored', async () => {
    for (const sent of [0, 10, good.length - 1]) {
      const connection = await begin({ 'content-length': String(good.length) });
      connection.write(good.slice(0, sent));
      connection.end();
      await connection.closed();
      expect(await addedFor(server, 'demo', before)).toEqual([]);
    }
  });

  test('a whole document with a Content-Length that promises more is not taken for a publish', async () => {
    const connection = await begin({ 'content-length': String(good.length + 1) });
    connection.write(good);
    connection.end();
    await connection.closed();
    expect(await addedFor(server, 'demo', before)).toEqual([]);
  });

  test('a Content-Length that is too small cuts the document, and what is left is no request', async () => {
    const connection = await begin({ 'content-length': String(good.length - 20) });
    connection.write(good);
    expect((await connection.answer()).status).toBe(400);
    await connection.closed();
    expect(await addedFor(server, 'demo', before)).toEqual([]);
  });

  test('chunks without the last one get no version stored', async () => {
    const connection = await begin({ 'transfer-encoding': 'chunked' });
    connection.write(`${good.length.toString(16)}\r\n${good}\r\n`);
    connection.end();
    await connection.closed();
    expect(await addedFor(server, 'demo', before)).toEqual([]);
  });

  test('a chunk whose size is no number is refused', async () => {
    const connection = await begin({ 'transfer-encoding': 'chunked' });
    connection.write(`nonsense\r\n${good}\r\n0\r\n\r\n`);
    expect((await connection.answer()).status).toBe(400);
    await connection.closed();
    expect(await addedFor(server, 'demo', before)).toEqual([]);
  });
});

describe('bodies over the limit', () => {
  const tooLong = { 'content-length': String(20 * LIMIT) };

  test('a Content-Length over the limit gets 413 before a byte of the body has been sent', async () => {
    const connection = await begin(tooLong);
    expect(refusalOf(await connection.answer())).toEqual([413, 'too_large']);
    connection.hangUp();
    expect(await addedFor(server, 'demo', before)).toEqual([]);
  });

  test('so does one that waits for 100 Continue', async () => {
    const connection = await begin({ ...tooLong, expect: '100-continue' });
    const first = await connection.answer();
    expect(refusalOf(first.status === 100 ? await connection.answer() : first)).toEqual([413, 'too_large']);
    connection.hangUp();
    expect(await addedFor(server, 'demo', before)).toEqual([]);
  });

  test('one who sends on slowly for nothing loses the connection, and nobody reads for ever', async () => {
    const connection = await begin(tooLong);
    expect(refusalOf(await connection.answer())).toEqual([413, 'too_large']);
    const dripping = setInterval(() => connection.write('x'), 50);
    try {
      await connection.closed();
    } finally {
      clearInterval(dripping);
    }
    expect((await rawRequest(server, { target: '/health' })).status).toBe(200);
  });

  test('one who sends all of it at once still gets to read the answer', async () => {
    const answer = await put(Buffer.alloc(20 * LIMIT, 'x'), { connection: 'keep-alive' });
    expect(refusalOf(answer)).toEqual([413, 'too_large']);
  });

  test('a tarball over the limit in chunks gets 413 when it has passed the limit', async () => {
    const sockets = heldOpen(server).sockets;
    const connection = await begin({ 'transfer-encoding': 'chunked' });
    const opening = '{"_attachments":{"demo-1.0.0.tgz":{"data":"';
    connection.write(`${opening.length.toString(16)}\r\n${opening}\r\n`);
    const piece = 'A'.repeat(64 * 1024);
    // Base64 of half as much again as the limit, and no end.
    for (let sent = 0; sent < 2 * LIMIT; sent += piece.length)
      connection.write(`${piece.length.toString(16)}\r\n${piece}\r\n`);
    expect(refusalOf(await connection.answer())).toEqual([413, 'too_large']);
    expect(await addedFor(server, 'demo', before)).toEqual([]);
    // The connection is not kept for a body that nobody reads.
    await expect.poll(() => heldOpen(server).sockets, { timeout: 20_000 }).toBeLessThanOrEqual(sockets);
  });

  test('a login of 70 kB gets its 413 and not a lost connection', async () => {
    const target = '/npm/-/user/org.couchdb.user:anna';
    const answer = await rawRequest(server, { method: 'PUT', target, body: `"${'a'.repeat(70_000)}"` });
    expect(refusalOf(answer)).toEqual([413, 'too_large']);
  });

  test('the largest tarball that is allowed is taken, and one byte more is not', async () => {
    const over = await publish(server, token, 'large', '1.0.0', {
      tarball: await packageOfSize('large', LIMIT + 1),
    });
    expect(refusalOf({ status: over.status, body: over.text })).toEqual([413, 'too_large']);
    const exact = await publish(server, token, 'large', '1.0.0', {
      tarball: await packageOfSize('large', LIMIT),
    });
    expect(exact.status).toBe(201);
  });
});

test('the very document of these tests, unspoilt, is published', async () => {
  expect((await put(good)).status).toBe(201);
});
