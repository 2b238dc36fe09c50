import { beforeAll, expect, test } from 'vitest';
import { packageOfSize } from '../setup/hostile.ts';
import { digestsOf, packageTarball, packageUrl, publish, publishBody, register } from '../setup/publish.ts';
import { RawConnection, rawRequest, requestHead } from '../setup/raw.ts';
import { downloadedIntegrity } from '../setup/read.ts';
import { kontor, startKontor, type RunningKontor } from '../setup/server.ts';
import { addedFor, heldOpen, storedFiles } from '../setup/traces.ts';

const MB = 1024 * 1024;
/** More than the buffers of two sockets hold. */
const SIZE = 32 * MB;
/** A hang guard. */
const PATIENCE = { timeout: 20_000 };

let server: RunningKontor;
let token: string;
let before: string[];
let sockets: number;
let large: Buffer;
beforeAll(async () => {
  server = await startKontor();
  token = await register(server, 'anna');
  large = await packageOfSize('large', SIZE);
  await publish(server, token, 'large', '1.0.0', { tarball: large });
  before = storedFiles(server);
  await rawRequest(server, { target: '/health' });
  ({ sockets } = heldOpen(server));
});

/** What is there in the end: files held open, connections more than before, files stored more than before. */
const traces = () => [
  ...heldOpen(server).files,
  ...Array<string>(Math.max(0, heldOpen(server).sockets - sockets)).fill('connection'),
  ...storedFiles(server).filter((file) => !before.includes(file)),
];

/** Begins to publish `demo` and sends the given part of its body. */
async function sendPart(body: Buffer, part: number): Promise<RawConnection> {
  const connection = await RawConnection.to(server);
  const headers = { authorization: `Bearer ${token}`, 'content-length': String(body.length) };
  connection.write(requestHead({ method: 'PUT', target: '/npm/demo', headers }));
  connection.write(body.subarray(0, Math.floor(body.length * part)));
  return connection;
}

test.each([0, 0.001, 0.5, 0.99])(
  'publishers that hang up at %d of their body leave nothing',
  async (part) => {
    const tarball = await packageOfSize('demo', 4 * MB);
    const body = Buffer.from(JSON.stringify(publishBody('demo', '1.0.0', tarball)));
    const connections = await Promise.all(Array.from({ length: 10 }, () => sendPart(body, part)));
    // Who has sent that much is in the middle: the upload has begun.
    const begun = part >= 0.5 ? connections.length : 0;
    await expect
      .poll(() => storedFiles(server).length, PATIENCE)
      .toBeGreaterThanOrEqual(before.length + begun);
    for (const connection of connections) connection.hangUp();
    await expect.poll(traces, PATIENCE).toEqual([]);
    expect(await addedFor(server, 'demo', before)).toEqual([]);
  },
);

test('publishers that fall silent in the middle hold nobody else up', async () => {
  const body = Buffer.from(
    JSON.stringify(publishBody('demo', '1.0.0', await packageTarball('demo', '1.0.0'))),
  );
  const silent = await Promise.all(Array.from({ length: 50 }, () => sendPart(body, 0.5)));
  expect((await publish(server, token, 'brisk', '1.0.0')).status).toBe(201);
  for (const connection of silent) connection.hangUp();
  before = storedFiles(server).filter((file) => !file.startsWith('.staging/'));
  await expect.poll(traces, PATIENCE).toEqual([]);
});

test('one who hangs up right behind the last byte gets a whole version stored, or none', async () => {
  for (let round = 0; round < 20; round += 1) {
    const name = `gone-${round}`;
    const tarball = await packageTarball(name, '1.0.0');
    const body = Buffer.from(JSON.stringify(publishBody(name, '1.0.0', tarball)));
    const connection = await RawConnection.to(server);
    const headers = { authorization: `Bearer ${token}`, 'content-length': String(body.length) };
    connection.write(requestHead({ method: 'PUT', target: `/npm/${name}`, headers }));
    connection.write(body);
    if (round % 2 === 0) connection.end();
    else connection.hangUp();
    await connection.closed();
    // The same version again: accepted if nothing was stored, refused if all of it was, and whole in the end.
    const again = await publish(server, token, name, '1.0.0', { tarball });
    expect(again.status).toBeOneOf([201, 403]);
    const url = `${packageUrl(server, name)}/-/${name}-1.0.0.tgz`;
    expect(await downloadedIntegrity(url)).toBe(digestsOf(tarball).integrity);
  }
  before = storedFiles(server).filter((file) => !file.startsWith('.staging/'));
  await expect.poll(traces, PATIENCE).toEqual([]);
});

test('downloaders that hang up in the middle leave no file open', async () => {
  const connections = await Promise.all(
    Array.from({ length: 20 }, async () => {
      const connection = await RawConnection.to(server);
      connection.write(requestHead({ target: '/npm/large/-/large-1.0.0.tgz' }));
      await connection.receive(MB);
      return connection;
    }),
  );
  for (const connection of connections) connection.hangUp();
  await expect.poll(traces, PATIENCE).toEqual([]);
});

test('downloaders that hang up before the first byte leave no file open', async () => {
  for (let round = 0; round < 50; round += 1) {
    const connection = await RawConnection.to(server);
    connection.write(requestHead({ target: '/npm/large/-/large-1.0.0.tgz' }));
    connection.hangUp();
  }
  await expect.poll(traces, PATIENCE).toEqual([]);
});

test('one who does not read a download keeps no more than a buffer in memory, and no file once gone', async () => {
  const connection = await RawConnection.to(server);
  connection.write(requestHead({ target: '/npm/large/-/large-1.0.0.tgz' }));
  connection.pause();
  await expect.poll(() => heldOpen(server).files.length, PATIENCE).toBe(1);
  expect(await downloadedIntegrity(`${server.url}/npm/large/-/large-1.0.0.tgz`)).toBe(
    digestsOf(large).integrity,
  );
  connection.hangUp();
  await expect.poll(traces, PATIENCE).toEqual([]);
});

test('many requests written at once on one connection are answered in their order', async () => {
  const connection = await RawConnection.to(server);
  const targets = ['/npm/-/ping', '/npm/nothing', '/npm/%zz', '/npm/large/1.0.0', '/health'];
  connection.write(targets.map((target) => requestHead({ target })).join(''));
  const statuses: number[] = [];
  for (const _ of targets) statuses.push((await connection.answer()).status);
  expect(statuses).toEqual([200, 404, 400, 200, 200]);
  connection.hangUp();
  await expect.poll(traces, PATIENCE).toEqual([]);
});

test('after all that the server answers, and what it stores is whole', async () => {
  expect((await rawRequest(server, { target: '/health' })).status).toBe(200);
  const verified = await kontor(['verify'], { env: { KONTOR_DATA: server.data } });
  expect(verified).toMatchObject({ code: 0, stderr: '' });
});
