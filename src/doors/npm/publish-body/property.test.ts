import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { isFault, type Fault, isObject } from '../../../kernel/index.ts';
import { readPublishBody, type PublishBody } from './index.ts';
import { Staging } from '../../../../test/doors/staging.ts';

const RUNS = { numRuns: 10_000 };
/** Milliseconds; seconds on an idle machine. */
const PATIENCE = 90_000;

/** A JSON value as it will be written: objects are lists of entries, so that their order is drawn too. */
type Tree = string | number | boolean | null | Tree[] | { entries: [key: string, value: Tree][] };

/** Rolls numbers below `sides`, by mulberry32: for choices too many and too small for fast-check to draw one by one. */
type Dice = (sides: number) => number;

function dice(seed: number): Dice {
  let state = seed;
  return (sides) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides;
  };
}

/** JSON text with white space and escapes wherever the dice put them. */
function write(tree: Tree, roll: Dice): string {
  const space = () => ['', '', '', ' ', '\n\t', '\r\n'][roll(6)] ?? '';
  let text: string;
  if (typeof tree === 'string') text = writeString(tree, roll);
  else if (Array.isArray(tree)) text = `[${tree.map((part) => write(part, roll)).join(',')}]`;
  else if (typeof tree === 'object' && tree !== null) {
    text = `{${tree.entries.map(([key, value]) => `${write(key, roll)}:${write(value, roll)}`).join(',')}}`;
  } else text = JSON.stringify(tree);
  return space() + text + space();
}

function writeString(value: string, roll: Dice): string {
  let text = '';
  for (const char of value) {
    if (roll(20) === 0) {
      for (const unit of char.split('')) text += `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
    } else if (char === '/' && roll(2) === 0) text += String.raw`\/`;
    else text += JSON.stringify(char).slice(1, -1);
  }
  return `"${text}"`;
}

async function* split(body: Buffer, roll: Dice): AsyncGenerator<Uint8Array> {
  const longest = 1 + roll(200);
  for (let at = 0; at < body.length;) {
    const size = roll(longest + 1);
    yield body.subarray(at, at + size);
    at += size;
  }
}

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.constantFrom('_attachments', 'data', 'length', 'a.tgz'),
);
const { tree } = fc.letrec<{ tree: Tree; list: Tree[]; object: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3 },
    text,
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
    tie('list'),
    tie('object'),
  ),
  list: fc.array(tie('tree'), { maxLength: 3 }),
  object: entriesOf(tie('tree'), 3).map((entries) => ({ entries })),
}));

function entriesOf(value: fc.Arbitrary<Tree>, maxLength: number): fc.Arbitrary<[string, Tree][]> {
  return fc.uniqueArray(fc.tuple(text, value), { selector: ([key]) => key, maxLength });
}

interface Case {
  document: [string, Tree][];
  fields: [string, Tree][];
  fileName: string;
  tarball: Uint8Array;
  bundle: string | null;
  seed: number;
}

const cases: fc.Arbitrary<Case> = fc.record({
  document: entriesOf(tree, 4).map((entries) => entries.filter(([key]) => key !== '_attachments')),
  fields: entriesOf(tree, 3).map((entries) => entries.filter(([key]) => key !== 'data' && key !== 'length')),
  fileName: text.filter((name) => !name.endsWith('.sigstore')),
  tarball: fc.uint8Array({ maxLength: 60 }),
  bundle: fc.option(text),
  seed: fc.integer(),
});

/** The body of a case, its `data` replaced if one is given. */
function bodyOf({ document, fields, fileName, tarball, bundle }: Case, roll: Dice, data?: string): string {
  const insert = (entries: [string, Tree][], ...entry: [string, Tree]) =>
    entries.toSpliced(roll(entries.length + 1), 0, entry);
  const sized = insert(fields, 'length', tarball.length);
  const attachment = insert(sized, 'data', data ?? Buffer.from(tarball).toString('base64'));
  const attachments: [string, Tree][] = [[fileName, { entries: attachment }]];
  const all =
    bundle === null ? attachments : insert(attachments, 'a.sigstore', { entries: [['data', bundle]] });
  return write({ entries: insert(document, '_attachments', { entries: all }) }, roll);
}

async function read(body: Buffer, roll: Dice): Promise<{ outcome: PublishBody | Fault; staging: Staging }> {
  const staging = new Staging();
  const limits = { maxTarballBytes: 1_000_000, stage: staging.stage };
  const outcome = await readPublishBody(split(body, roll), limits).catch((error: unknown) => {
    if (isFault(error)) return error;
    throw error;
  });
  return { outcome, staging };
}

test(
  'any document with any attachment reads back equal, however it is written and split',
  async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (given) => {
        const { outcome, staging } = await read(
          Buffer.from(bodyOf(given, dice(given.seed))),
          dice(given.seed + 1),
        );
        if (isFault(outcome)) throw outcome;
        const [attachment] = outcome.attachments;
        const bytes = staging.blobs[0]?.bytes;
        expect([attachment?.fileName, attachment?.declaredLength]).toEqual([
          given.fileName,
          given.tarball.length,
        ]);
        expect(bytes?.equals(given.tarball)).toBe(true);
        const document: unknown = JSON.parse(bodyOf(given, dice(given.seed), ''));
        expect(isDeepStrictEqual(outcome.document, document)).toBe(true);
      }),
      RUNS,
    );
  },
  PATIENCE,
);

interface Reference {
  document: unknown;
  tarballs: { fileName: string; bytes: Buffer }[];
}

/**
 * What a reader without limits on memory makes of a body: JSON.parse, then strict base64. Undefined if it refuses. It
 * takes the last of two equal keys, where ours refuses.
 */
function reference(body: Buffer): Reference | undefined {
  try {
    const document: unknown = JSON.parse(
      new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body),
    );
    if (!isObject(document)) return undefined;
    const tarballs: Reference['tarballs'] = [];
    const attachments = isObject(document['_attachments']) ? document['_attachments'] : {};
    for (const [fileName, attachment] of Object.entries(attachments)) {
      if (fileName.endsWith('.sigstore') || !isObject(attachment) || typeof attachment['data'] !== 'string')
        continue;
      const bytes = Buffer.from(attachment['data'], 'base64');
      const { length = 0 } = Object.fromEntries(Object.entries(attachment));
      if (
        bytes.toString('base64') !== attachment['data'] ||
        !Number.isSafeInteger(length) ||
        Number(length) < 0
      )
        return undefined;
      attachment['data'] = '';
      tarballs.push({ fileName, bytes });
    }
    return tarballs.length > 1 ? undefined : { document, tarballs };
  } catch {
    return undefined;
  }
}

/** Damages a body: cuts it off, or replaces, removes or repeats a few of its bytes. */
function mutate(body: Buffer, roll: Dice): Buffer {
  const at = roll(body.length);
  const to = at + roll(8);
  const bytes = Buffer.from(
    Array.from({ length: roll(4) }, () => '"\\{}[],:=/-A\u0000\n u0'.charCodeAt(roll(18))),
  );
  const middle = [
    () => Buffer.from([roll(256)]),
    () => bytes,
    () => Buffer.concat([bytes, body.subarray(at, to)]),
    () => Buffer.concat([body.subarray(at, to), body.subarray(at, to)]),
  ][roll(4)];
  if (roll(8) === 0) return body.subarray(0, at);
  return Buffer.concat([body.subarray(0, at), middle?.() ?? bytes, body.subarray(to)]);
}

test(
  'a damaged body reads as JSON.parse and strict base64 say, or is a Fault with nothing left staged',
  async () => {
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(cases, async (given) => {
        const roll = dice(given.seed);
        let body = Buffer.from(bodyOf(given, roll));
        for (let damages = roll(3); damages >= 0; damages--) body = Buffer.from(mutate(body, roll));
        const { outcome, staging } = await read(body, roll);
        const expected = reference(body);
        if (isFault(outcome)) {
          const refusedRightly = expected === undefined || outcome.message.includes('twice');
          return refusedRightly && staging.leftovers === 0;
        }
        accepted++;
        const tarballs = outcome.attachments.map(({ fileName }) => ({
          fileName,
          bytes: staging.blobs[0]?.bytes,
        }));
        return isDeepStrictEqual({ document: outcome.document, tarballs }, expected);
      }),
      RUNS,
    );
    expect(accepted).toBeGreaterThan(100);
  },
  PATIENCE,
);
