import { once } from 'node:events';
import { createServer, request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Fault, isFault } from '../../../kernel/index.ts';
import { readPublishBody } from './index.ts';
import { CollectingBlob, pieces, Staging } from '../../../../test/doors/staging.ts';

const HEAD = '{"_attachments":{"x.tgz":{"data":"';

describe('while a publish body arrives', () => {
  test('its tarball is written before the rest has come, one write at a time', async () => {
    let writing = 0;
    let written = 0;
    let before = 0;
    class SlowBlob extends CollectingBlob {
      override async write(chunk: Uint8Array): Promise<void> {
        expect(++writing).toBe(1);
        await new Promise((resolve) => setImmediate(resolve));
        writing--;
        written += chunk.length;
      }
    }
    async function* source(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(HEAD);
      for (let sent = 0; sent < 3_000_000; sent += 60_000) {
        expect(writing).toBe(0);
        expect((sent / 4) * 3 - written).toBeLessThanOrEqual(96 * 1024);
        yield Buffer.alloc(60_000, 'A');
      }
      before = written;
      yield Buffer.from('"}}}');
    }
    const { attachments } = await readPublishBody(source(), {
      maxTarballBytes: 1e8,
      stage: async () => new SlowBlob(),
    });
    expect(attachments).toHaveLength(1);
    expect(before).toBeGreaterThan(2_000_000);
    expect(written).toBe(2_250_000);
  });

  test('a tarball over the limit is refused without reading the rest', async () => {
    const staging = new Staging();
    let sent = 0;
    async function* source(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(HEAD);
      for (;;) {
        sent += 60_000;
        yield Buffer.alloc(60_000, 'A');
      }
    }
    const reading = readPublishBody(source(), { maxTarballBytes: 1_000_000, stage: staging.stage });
    await expect(reading).rejects.toMatchObject({ code: 'too_large' });
    expect(sent).toBeLessThan(1_700_000);
    expect(staging.leftovers).toBe(0);
  });

  test('an error of the store passes as it is, after the staged bytes are discarded', async () => {
    const full = Object.assign(new Error('no space'), { code: 'ENOSPC' });
    class FullBlob extends CollectingBlob {
      override async write(): Promise<void> {
        throw full;
      }
    }
    const blob = new FullBlob();
    const body = `${HEAD}YQ=="}}}`;
    const reading = readPublishBody(pieces(body), { maxTarballBytes: 10, stage: async () => blob });
    await expect(reading).rejects.toBe(full);
    expect(blob.discarded).toBe(true);
    const unstaged = readPublishBody(pieces(body), {
      maxTarballBytes: 10,
      stage: () => Promise.reject(full),
    });
    await expect(unstaged).rejects.toBe(full);
  });

  test('a discard that fails does not hide the refusal', async () => {
    class StuckBlob extends CollectingBlob {
      override discard(): Promise<void> {
        return Promise.reject(new Error('stuck'));
      }
    }
    const reading = readPublishBody(pieces(`${HEAD}YQ=="}`), {
      maxTarballBytes: 10,
      stage: async () => new StuckBlob(),
    });
    await expect(reading).rejects.toMatchObject({ code: 'body_truncated' });
  });

  test('a refusal of the stream itself passes as it is', async () => {
    const refusal = new Fault('too_large', 'The request is too large.');
    async function* source(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(HEAD);
      throw refusal;
    }
    const staging = new Staging();
    await expect(readPublishBody(source(), { maxTarballBytes: 10, stage: staging.stage })).rejects.toBe(
      refusal,
    );
    expect(staging.blobs).toHaveLength(1);
    expect(staging.leftovers).toBe(0);
  });
});

/** A server that reads publish bodies, and a client's request to it. */
async function exchange(
  answer: (reading: ReturnType<typeof readPublishBody>) => Promise<number>,
  staging: Staging,
): Promise<ClientRequest> {
  const server = createServer((request, response) => {
    const reading = readPublishBody(request, { maxTarballBytes: 1_000_000, stage: staging.stage });
    void answer(reading).then((status) => {
      response.writeHead(status).end();
      request.resume();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return httpRequest({ host: '127.0.0.1', port, method: 'PUT' });
}

describe('over HTTP', () => {
  test('a refusal reaches a client that is still sending, and the rest can be read away', async () => {
    const staging = new Staging();
    const client = await exchange(async (reading) => {
      const error = await reading.catch((reason: unknown) => reason);
      return isFault(error) ? error.status : 500;
    }, staging);
    const answered = Promise.withResolvers<IncomingMessage>();
    client.on('response', answered.resolve);
    client.write(HEAD);
    let response: IncomingMessage | undefined;
    while (response === undefined) {
      const sent = new Promise<undefined>((resolve) => {
        client.write(Buffer.alloc(60_000, 'A'), () => resolve(undefined));
      });
      response = await Promise.race([answered.promise, sent]);
    }
    client.write(Buffer.alloc(5_000_000, 'A'));
    client.end();
    await once(client, 'finish');
    response.resume();
    await once(response, 'end');
    expect(response.statusCode).toBe(413);
    expect(staging.leftovers).toBe(0);
  });

  test('a client that hangs up leaves nothing staged', async () => {
    const staging = new Staging();
    const { promise: outcome, resolve } = Promise.withResolvers<unknown>();
    const client = await exchange(async (reading) => {
      resolve(await reading.catch((reason: unknown) => reason));
      return 400;
    }, staging);
    client.on('error', () => undefined);
    client.write(HEAD);
    client.write(Buffer.alloc(300_000, 'A'));
    while (!staging.blobs[0]?.bytes.length) await new Promise((next) => setImmediate(next));
    client.destroy();
    expect(await outcome).toMatchObject({ code: 'body_truncated' });
    expect(staging.leftovers).toBe(0);
  });
});
