import { describe, expect, test } from 'vitest';
import * as fc from 'fast-check';
import { Fault, isFault, sha256Hex, type ErrorCode } from '../kernel/index.ts';
import { CollectingBlob, pieces, Staging } from '../../test/doors/staging.ts';
import { isForm, readForm, type Form, type FormOptions } from './multipart.ts';

const TYPE = 'multipart/form-data; boundary=----b0undary';
const LIMITS = { maxFileBytes: 100_000, maxFiles: 3, maxFieldBytes: 1000, maxFields: 5 };

interface Part {
  name?: string;
  fileName?: string;
  content: string | Buffer;
}

function body(parts: Part[], end = '--\r\n'): Buffer {
  const texts = parts.flatMap(({ name, fileName, content }) => [
    '------b0undary\r\nContent-Disposition: form-data',
    name === undefined ? '' : `; name="${name}"`,
    fileName === undefined ? '' : `; filename="${fileName}"\r\nContent-Type: application/octet-stream`,
    '\r\n\r\n',
    content,
    '\r\n',
  ]);
  return Buffer.concat([...texts, `------b0undary${end}`].map((text) => Buffer.from(text)));
}

function optionsWith(staging: Staging, more: Partial<FormOptions> = {}): FormOptions {
  return {
    ...LIMITS,
    kindOf: (name) => (name.startsWith('file') ? 'file' : name.startsWith('field') ? 'field' : undefined),
    stage: staging.stage,
    tooLarge: (name) => new Fault('too_large', `${name} is too large`),
    ...more,
  };
}

async function read(
  bytes: Buffer | string,
  size?: number,
  type = TYPE,
): Promise<{ form: Form; staging: Staging }> {
  const staging = new Staging();
  return { form: await readForm(type, pieces(bytes, size), optionsWith(staging)), staging };
}

/** The fault of a form, after making sure that nothing of it stays staged. */
async function refusal(
  bytes: Buffer | string | AsyncIterable<Uint8Array>,
  { size, type = TYPE, more = {} }: { size?: number; type?: string; more?: Partial<FormOptions> } = {},
): Promise<Fault> {
  const staging = new Staging();
  const source = typeof bytes === 'string' || Buffer.isBuffer(bytes) ? pieces(bytes, size) : bytes;
  const outcome: unknown = await readForm(type, source, optionsWith(staging, more)).catch(
    (error: unknown) => error,
  );
  expect(staging.leftovers).toBe(0);
  if (!isFault(outcome)) throw new Error('The form was not refused with a Fault.', { cause: outcome });
  return outcome;
}

describe('a form', () => {
  test('gives its fields, and its files staged with their digests', async () => {
    const archive = Buffer.alloc(70_000, 'kontor');
    const parts = [
      { name: 'field', content: 'ä "text"' },
      { name: 'file', fileName: 'x.tgz', content: archive },
    ];
    for (const size of [37, 1000, 1_000_000]) {
      const { form, staging } = await read(body(parts), size);
      expect(form.fields).toEqual([{ name: 'field', value: 'ä "text"' }]);
      expect(form.files).toMatchObject([
        { name: 'file', fileName: 'x.tgz', digests: { sha256: sha256Hex(archive), size: archive.length } },
      ]);
      expect(staging.blobs[0]?.bytes.equals(archive)).toBe(true);
    }
  });

  test('has a part be what its name says, with a file name and without', async () => {
    const parts = [
      { name: 'field', fileName: 'metadata.json', content: '{}' },
      { name: 'file', content: '\xff\x00' },
    ];
    const { form, staging } = await read(body(parts));
    expect(form.fields).toEqual([{ name: 'field', value: '{}' }]);
    expect(form.files).toMatchObject([{ name: 'file', fileName: undefined }]);
    expect(staging.blobs[0]?.bytes).toEqual(Buffer.from('\xff\x00'));
  });

  test('keeps parts of one name apart, and is read past what nobody knows', async () => {
    const parts = [
      { name: 'field', content: '1' },
      { name: 'other', fileName: 'other', content: 'x' },
      { content: 'no name' },
      { name: 'field', content: '' },
      { name: '__proto__', content: 'x' },
      { name: 'file', fileName: '', content: '' },
    ];
    const { form, staging } = await read(body(parts));
    expect(form.fields.map(({ value }) => value)).toEqual(['1', '']);
    expect(form.files).toMatchObject([{ digests: { size: 0 } }]);
    expect(staging.blobs).toHaveLength(1);
  });

  test('may have nothing in it, and something around it', async () => {
    expect((await read(body([]))).form).toEqual({ fields: [], files: [] });
    const { form } = await read(
      Buffer.concat([
        Buffer.from('preamble\r\n'),
        body([{ name: 'field', content: 'x' }]),
        Buffer.from('epilogue'),
      ]),
    );
    expect(form.fields).toHaveLength(1);
  });

  test('within another one is content like any other', async () => {
    const inner = body([{ name: 'file', content: 'x' }])
      .toString()
      .replaceAll('b0undary', 'inner');
    const { form, staging } = await read(body([{ name: 'file', content: inner }]));
    expect(form.files).toHaveLength(1);
    expect(staging.blobs[0]?.bytes.toString()).toBe(inner);
  });

  test('is one of any media type but for its parameters', () => {
    expect(isForm('Multipart/Form-Data; boundary=x')).toBe(true);
    for (const type of [undefined, '', 'multipart/mixed; boundary=x', 'multipart/form-database']) {
      expect(isForm(type)).toBe(false);
    }
  });
});

const no = (text: string) => new Fault('storage_full', text);

async function* brokenOff(begin: Buffer): AsyncGenerator<Uint8Array> {
  yield begin;
  throw new Error('ECONNRESET');
}

const many = (count: number, part: Part) => Array.from({ length: count }, () => part);

describe('a hostile form is refused and leaves nothing staged', () => {
  const file = { name: 'file', fileName: 'x', content: 'a'.repeat(5000) };
  const cases: [what: string, bytes: Buffer | string, code: ErrorCode, type?: string][] = [
    ['no bytes', '', 'body_truncated'],
    ['no boundary in its type', body([file]), 'bad_request', 'multipart/form-data'],
    ['another boundary in its type', body([file]), 'body_truncated', 'multipart/form-data; boundary=other'],
    ['cut off in a file', body([file]).subarray(0, -30), 'body_truncated'],
    ['cut off before its end', body([file], ''), 'body_truncated'],
    ['cut off behind a file', body([file, file], '').subarray(0, -16), 'body_truncated'],
    ['cut off in a header', body([file, file]).subarray(0, 5150), 'body_truncated'],
    ['not a form at all', 'x'.repeat(50_000), 'body_truncated'],
    ['a header without end', `------b0undary\r\nX: ${'x'.repeat(50_000)}`, 'too_large'],
    ['a header line without a colon', '------b0undary\r\nx\r\n\r\n\r\n------b0undary--\r\n', 'bad_request'],
    ['its boundary within a line', `------b0undaryx\r\n\r\n\r\n------b0undary--\r\n`, 'bad_request'],
    ['blanks without end behind its boundary', `------b0undary${' '.repeat(5000)}`, 'bad_request'],
    ['an empty boundary', body([file]), 'bad_request', 'multipart/form-data; boundary='],
    ['a boundary of 300', body([file]), 'bad_request', `multipart/form-data; boundary=${'b'.repeat(300)}`],
    ['a file over the limit', body([{ name: 'file', content: 'a'.repeat(100_001) }]), 'too_large'],
    ['a field over the limit', body([file, { name: 'field', content: 'a'.repeat(1001) }]), 'too_large'],
    [
      'a part over the limit that nobody knows',
      body([{ name: 'x', content: 'a'.repeat(100_001) }]),
      'too_large',
    ],
    ['too many files', body([file, file, file, file]), 'too_large'],
    ['too many fields', body([file, ...many(8, { name: 'field', content: '' })]), 'too_large'],
    ['10,000 parts', body(many(10_000, { name: 'x', content: 'x' })), 'too_large'],
    ['more around it than in it', 'x'.repeat(1_500_000), 'too_large'],
  ];
  test.each(cases)('%s', async (_what, bytes, code, type = TYPE) => {
    for (const size of bytes.length < 10_000 ? [1, 5, 10_000] : [1000, 2_000_000]) {
      expect((await refusal(bytes, { size, type })).code).toBe(code);
    }
  });

  test('what the door says of a name, of staging and of a full disk is what the client hears', async () => {
    const more: [Partial<FormOptions>, string][] = [
      [
        {
          kindOf: () => {
            throw no('name');
          },
        },
        'name',
      ],
      [{ stage: () => Promise.reject(no('stage')) }, 'stage'],
      [{ stage: () => Promise.resolve(new FullBlob()) }, 'write'],
    ];
    class FullBlob extends CollectingBlob {
      override write = () => Promise.reject(no('write'));
    }
    for (const [options, message] of more) {
      expect((await refusal(body([file, file]), { size: 100, more: options })).message).toBe(message);
    }
  });

  test('hangs up', async () => {
    expect((await refusal(brokenOff(body([file]).subarray(0, 3000)))).code).toBe('body_truncated');
  });
});

const named = async (header: string) => {
  const { form } = await read(`------b0undary\r\n${header}\r\n\r\nx\r\n------b0undary--`, 3);
  return form;
};

describe('the header of a part', () => {
  test('names it as browsers, curl and others write it', async () => {
    for (const header of [
      'content-disposition:form-data;name=field',
      'Content-Type: text/plain\r\nContent-Disposition: form-data; name="field"',
      'Content-Disposition: form-data;\r\n name="field"',
      'CONTENT-DISPOSITION: Form-Data; filename="name=\\"x\\""; NAME="field"',
    ]) {
      expect((await named(header)).fields).toEqual([{ name: 'field', value: 'x' }]);
    }
    const { files } = await named(
      'Content-Disposition: form-data; name="file:\\"ä\\\\"; filename="C:\\dir\\x.tgz"',
    );
    expect(files).toMatchObject([{ name: 'file:"ä\\', fileName: 'x.tgz' }]);
  });

  test('that does not name it is one of a part without a name', async () => {
    for (const header of ['', 'X: y', 'Content-Disposition: attachment; name="field"']) {
      expect(await named(header)).toEqual({ fields: [], files: [] });
    }
  });
});

describe('any form', () => {
  const content = fc.oneof(
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    fc
      .array(
        fc.constantFrom('\r\n', '--', '------b0undar', '\r\n------b0undar', '\r', '\n', 'b0undary', '-'),
        { maxLength: 30 },
      )
      .map((texts) => Buffer.from(texts.join(''))),
  );
  const parts = fc.array(fc.record({ name: fc.constantFrom('file', 'field', 'other'), content }), {
    maxLength: 3,
  });

  test('is read alike however it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(parts, fc.integer({ min: 1, max: 200 }), async (given, size) => {
        const { form, staging } = await read(body(given), size);
        const files = given.filter(({ name }) => name === 'file');
        expect(staging.blobs.map(({ bytes }) => bytes)).toEqual(files.map((part) => part.content));
        expect(form.files).toHaveLength(files.length);
        const fields = given.filter(({ name }) => name === 'field');
        expect(form.fields.map(({ value }) => value)).toEqual(fields.map((part) => part.content.toString()));
      }),
    );
  });

  test('that ends early is refused, and never waited for', async () => {
    await fc.assert(
      fc.asyncProperty(parts, fc.nat(), fc.integer({ min: 1, max: 200 }), async (given, cut, size) => {
        const whole = body(given);
        // Behind the last boundary and its two hyphens there is nothing to miss.
        const short = whole.subarray(0, cut % (whole.length - 3));
        expect((await refusal(short, { size })).code).toBe('body_truncated');
      }),
    );
  });

  test('of pieces of forms is read or refused, and never waited for', async () => {
    const texts = fc.array(
      fc.constantFrom(
        '\r\n',
        '--',
        '------b0undary',
        '------b0undary--',
        '\r\n\r\n',
        'Content-Disposition: form-data; name="file"',
        'name: x',
        '; ',
        'x',
        '\r',
        '\n',
      ),
      { maxLength: 40 },
    );
    await fc.assert(
      fc.asyncProperty(texts, fc.integer({ min: 1, max: 60 }), async (given, size) => {
        const staging = new Staging();
        const whole = given.join('');
        const outcome = await readForm(TYPE, pieces(whole, size), optionsWith(staging)).then(
          ({ files }) => files.length,
          (error: unknown) => error,
        );
        expect(typeof outcome === 'number' || isFault(outcome)).toBe(true);
        expect(staging.leftovers).toBe(typeof outcome === 'number' ? outcome : 0);
      }),
      { numRuns: 1000 },
    );
  });

  test('with bytes that were changed is read or refused, and never waited for', async () => {
    const changes = fc.array(fc.record({ at: fc.nat(), byte: fc.nat(255) }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(parts, changes, fc.integer({ min: 1, max: 200 }), async (given, list, size) => {
        const bytes = body(given);
        for (const { at, byte } of list) bytes[at % bytes.length] = byte;
        const staging = new Staging();
        const outcome = await readForm(TYPE, pieces(bytes, size), optionsWith(staging)).catch(
          (error: unknown) => error,
        );
        const taken = outcome instanceof Error ? 0 : (outcome as Form).files.length;
        expect(outcome instanceof Error && !isFault(outcome)).toBe(false);
        expect(staging.leftovers).toBe(taken);
      }),
    );
  });
});
