import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Door } from '../../doors/index.ts';
import { ExpressLane } from './express-lane.ts';

const large = Buffer.alloc(32 * 1024 * 1024, 'x');

let app: FastifyInstance;
let server: Server;
let holds: () => boolean;
/** What Node has read. */
let read: string[];
beforeEach(async () => {
  holds = () => true;
  read = [];
  const lane = new ExpressLane({
    limits: undefined,
    changes: undefined,
    clientAddress: ({ socket }) => socket.remoteAddress ?? '',
    log: () => undefined,
    nextId: () => 'next',
    keepAliveTimeout: 5000,
  });
  app = Fastify({
    forceCloseConnections: 'idle',
    serverFactory: (slowLane) => {
      server = createServer();
      lane.serve(server, slowLane);
      server.on('request', (request) => read.push(`${request.method} ${request.url}`));
      return server;
    },
  });
  app.decorateRequest('repeatable');
  app.decorateRequest('door');
  lane.learnFrom(app);
  app.get('/:name', (request, reply) => {
    const { name } = request.params as { name: string };
    request.door = { name: 'any' } as Door;
    const body = name === 'large' ? large : Buffer.from(`<${name}>`);
    request.repeatable = { holds: () => holds(), body };
    return reply.send(body);
  });
  // Answers before the body has come.
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  app.post('/early', (_request, reply) => reply.send('early'));
  await app.listen({ port: 0, host: '127.0.0.1' });
});
afterEach(() => app.close());

const get = (name: string) => `GET /${name} HTTP/1.1\r\nhost: x\r\n\r\n`;

/** A client that sees bytes. */
class Client {
  readonly socket: Socket;
  received = '';

  constructor(socket: Socket) {
    this.socket = socket;
    socket.setEncoding('latin1').on('data', (chunk: string) => (this.received += chunk));
    socket.on('error', () => undefined);
  }

  static async new(): Promise<Client> {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    await once(socket, 'connect');
    return new Client(socket);
  }

  /** Sends and waits until the end of what came is `end`. */
  async send(bytes: string, end: string): Promise<void> {
    this.received = '';
    this.socket.write(bytes, 'latin1');
    await vi.waitFor(
      () => {
        if (!this.received.endsWith(end)) throw new Error(`«${end}» did not come`);
      },
      { timeout: 10_000 },
    );
  }
}

/** A client that has asked often enough for the head of `/known` to be known. */
async function knowing(): Promise<Client> {
  const client = await Client.new();
  for (let time = 1; time <= 3; time += 1) await client.send(get('known'), '<known>');
  read = [];
  return client;
}

test('a head that is known is answered before Node reads it', async () => {
  const client = await knowing();
  await client.send(get('known'), '<known>');
  expect(read).toEqual([]);
});

test('the first head of a connection is read by Node, whose timeouts begin with it', async () => {
  await knowing();
  const client = await Client.new();
  await client.send(get('known'), '<known>');
  expect(read).toEqual(['GET /known']);
  await client.send(get('known'), '<known>');
  expect(read).toEqual(['GET /known']);
});

test.each([
  [
    'whose check fails',
    () => {
      throw new Error('the database is gone');
    },
  ],
  ['that does not hold any more', () => false],
])('an answer %s is asked for again', async (_which, check) => {
  const client = await knowing();
  holds = check;
  await client.send(get('known'), '<known>');
  expect(read).toEqual(['GET /known']);
});

test('a body that looks like a known head is a body', async () => {
  const client = await knowing();
  const body = get('known');
  await client.send(
    `POST /early HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length + get('other').length}\r\n\r\n`,
    'early',
  );
  client.socket.write(body);
  await client.send(get('other') + get('known'), '<known>');
  expect(client.received.match(/<\w+>/g)).toEqual(['<known>']);
  expect(read).toEqual(['POST /early', 'GET /known']);
});

test('heads that come in pieces, or several at once, are answered in their order', async () => {
  const client = await knowing();
  const [first, second] = [get('known').slice(0, 20), get('known').slice(20)];
  client.socket.write(first);
  await new Promise((resolve) => setTimeout(resolve, 50));
  await client.send(second + get('a') + get('known') + get('b'), '<b>');
  expect(client.received.match(/<\w+>/g)).toEqual(['<known>', '<a>', '<known>', '<b>']);
});

test('a known head behind one that is being answered waits for its turn', async () => {
  const client = await knowing();
  await client.send(get('large'), 'xxx');
  client.received = '';
  client.socket.write(get('large'));
  await new Promise((resolve) => setTimeout(resolve, 5));
  client.socket.write(get('known'));
  await expect.poll(() => client.received.endsWith('<known>'), { timeout: 10_000 }).toBe(true);
  expect(client.received.match(/^HTTP|x\r?HTTP|xHTTP/g)).toHaveLength(2);
});

test('a stop waits for what is being sent', async () => {
  const client = await Client.new();
  for (let time = 1; time <= 3; time += 1) {
    await client.send(get('large'), 'xxx');
    await expect.poll(() => client.received.length > large.length).toBe(true);
  }
  read = [];
  client.received = '';
  client.socket.pause();
  client.socket.write(get('large'));
  await new Promise((resolve) => setTimeout(resolve, 100));
  const closed = app.close();
  await new Promise((resolve) => setTimeout(resolve, 100));
  client.socket.resume();
  await closed;
  await expect.poll(() => client.received.length > large.length).toBe(true);
  expect(read).toEqual([]);
});
