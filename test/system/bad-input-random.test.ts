import * as fc from 'fast-check';
import { Pool } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freshDatabase, hasPostgres, type FreshDatabase } from '../setup/postgres.ts';
import { packageTarball, publish, publishBody, register } from '../setup/publish.ts';
import { rawRequest } from '../setup/raw.ts';
import { readPackument } from '../setup/read.ts';
import { kontor, startKontor, type RunningKontor } from '../setup/server.ts';
import { heldOpen, storedFiles } from '../setup/traces.ts';

const databases = ['SQLite', 'PostgreSQL'].filter((name) => name === 'SQLite' || hasPostgres());
/** On each database. */
const RUNS = 2_500 / databases.length;

/** What a client could put in place of any value. */
const value = fc.oneof(
  fc.constantFrom('', '1.0.0', '..', '../x', 'demo', 'latest', '\0', '\ud800', '__proto__', 'v1', '1.0.0+b'),
  fc.constantFrom(null, true, false, 0, -1, 1e308, [], {}),
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.jsonValue({ maxDepth: 2 }),
);
const key = fc.oneof(
  fc.constantFrom('name', '_id', 'version', 'versions', '1.0.0', 'dist-tags', 'latest', 'dist', 'integrity'),
  fc.constantFrom('scripts', 'dependencies', 'bin', 'readme', 'license', '_attachments', 'data', 'length'),
  fc.constantFrom('__proto__', 'constructor', 'toString', 'demo-1.0.0.tgz', 'x.sigstore'),
  fc.string({ unit: 'binary', maxLength: 10 }),
);

/** A change of the document: somewhere in it a value is put, taken away or renamed. */
type Change = { steps: number[]; key: string; value: unknown; kind: 'put' | 'remove' | 'replace' | 'rename' };
const change: fc.Arbitrary<Change> = fc.record({
  steps: fc.array(fc.nat(12), { maxLength: 4 }),
  key,
  value,
  kind: fc.constantFrom('put', 'remove', 'replace', 'rename'),
});

/** A change of the bytes that go out. */
type Cut = { at: number; remove: number; insert: Buffer };
const cut: fc.Arbitrary<Cut> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  remove: fc.nat(40),
  insert: fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes)),
});

const someCuts = fc.oneof({ weight: 3, arbitrary: fc.constant<Cut[]>([]) }, fc.array(cut, { maxLength: 2 }));
const attempt = fc.record({
  changes: fc.array(change, { maxLength: 3 }),
  tarballCuts: someCuts,
  bodyCuts: someCuts,
  headers: fc.dictionary(
    fc.constantFrom(
      'content-type',
      'accept',
      'content-encoding',
      'npm-command',
      'if-none-match',
      'range',
      'via',
    ),
    fc.string({
      unit: fc.constantFrom('a', 'b', '/', '*', ';', '=', ',', '"', '0', ' ', '1', '-'),
      maxLength: 12,
    }),
    { maxKeys: 2 },
  ),
});

function cutBytes(bytes: Buffer, cuts: Cut[]): Buffer {
  return cuts.reduce((rest, { at, remove, insert }) => {
    const start = Math.floor(at * rest.length);
    return Buffer.concat([rest.subarray(0, start), insert, rest.subarray(start + remove)]);
  }, bytes);
}

/** Walks into the document by the given steps, as far as there are objects, and changes what it finds there. */
function apply(document: unknown, { steps, key: name, value: drawn, kind }: Change): void {
  // A copy: a later change may go into it, and the same array put into itself would be no JSON.
  const given = structuredClone(drawn);
  let place = document as Record<string, unknown>;
  for (const step of steps) {
    const inner = Object.values(place).filter((part) => typeof part === 'object' && part !== null);
    const next = inner[step % Math.max(1, inner.length)];
    if (next === undefined) break;
    place = next as Record<string, unknown>;
  }
  const names = Object.keys(place);
  const chosen = names[(steps[0] ?? 0) % Math.max(1, names.length)];
  const define = (at: string, what: unknown) =>
    Object.defineProperty(place, at, { value: what, enumerable: true, configurable: true, writable: true });
  if (kind === 'put' || chosen === undefined) define(Array.isArray(place) ? '0' : name, given);
  else if (kind === 'replace') define(chosen, given);
  else {
    const old = place[chosen];
    if (kind === 'rename' && !Array.isArray(place)) define(name, old);
    if (!Array.isArray(place) && chosen !== name) Reflect.deleteProperty(place, chosen);
  }
}

describe.each(databases)('publishes at random, on %s', (databaseName) => {
  let database: FreshDatabase | undefined;
  let server: RunningKontor;
  let token: string;
  let tarball: Buffer;
  let pool: Pool;
  beforeAll(async () => {
    database = databaseName === 'PostgreSQL' ? await freshDatabase() : undefined;
    const env = { KONTOR_MAX_PACKAGE_SIZE: '1MB', KONTOR_LOG_LEVEL: 'warn', KONTOR_DATABASE: database?.url };
    server = await startKontor({ env });
    token = await register(server, 'anna');
    tarball = await packageTarball('demo', '1.0.0');
    pool = new Pool(server.url);
  });
  afterAll(async () => {
    await pool.close();
    await server.kill9();
    await database?.drop();
  });

  test(`of ${RUNS} publishes changed at random none gets a 5xx, and a refused one leaves nothing`, async () => {
    let number = 0;
    const statuses = new Map<number, number>();
    await fc.assert(
      fc.asyncProperty(attempt, async ({ changes, tarballCuts, bodyCuts, headers }) => {
        // A name of its own for each, so that what is visible under it can come only from this request.
        number += 1;
        const name = `random-${number}`;
        const bytes = cutBytes(tarball, tarballCuts);
        const renamed = tarballCuts.length === 0 ? await packageTarball(name, '1.0.0') : bytes;
        const document = publishBody(name, '1.0.0', renamed);
        for (const each of changes) apply(document, each);
        const body = cutBytes(Buffer.from(JSON.stringify(document)), bodyCuts);

        const answer = await pool.request({
          method: 'PUT',
          path: `/npm/${name}`,
          headers: { ...headers, authorization: `Bearer ${token}` },
          body,
        });
        const text = await answer.body.text();
        statuses.set(answer.statusCode, (statuses.get(answer.statusCode) ?? 0) + 1);
        expect([answer.statusCode, text]).toEqual([expect.toSatisfy((status: number) => status < 500), text]);
        expect(JSON.parse(text)).toHaveProperty(answer.statusCode === 201 ? 'ok' : 'error');
        const read = await pool.request({ method: 'GET', path: `/npm/${name}` });
        await read.body.dump();
        expect(read.statusCode).toBe(answer.statusCode === 201 ? 200 : 404);
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
    process.stdout.write(`answers: ${JSON.stringify(Object.fromEntries(statuses))}\n`);
    // Else the changes would be too small to be refused, or too large for anything to be looked at closely.
    expect([...statuses.keys()]).toEqual(expect.arrayContaining([201, 400, 422]));
  });

  test('after all that the server is as good as new, and has nothing but what it accepted', async () => {
    expect((await rawRequest(server, { target: '/health' })).status).toBe(200);
    expect((await publish(server, token, 'good', '1.0.0')).status).toBe(201);
    expect(await readPackument(server, 'good')).toHaveProperty('versions');
    expect(heldOpen(server).files).toEqual([]);
    expect(storedFiles(server).filter((file) => file.startsWith('.staging/'))).toEqual([]);
    expect(server.logs()).not.toMatch(/"level":[56]0/);
    const verified = await kontor(['verify'], {
      env: { KONTOR_DATA: server.data, KONTOR_DATABASE: database?.url },
    });
    expect(verified).toMatchObject({ code: 0, stderr: '' });
    expect(verified.stdout).toContain('leftovers  0 ');
  });
});
