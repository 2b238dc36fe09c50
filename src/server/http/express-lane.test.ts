import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { signedInWithPassword, type Principal, type SignedIn, type User } from '../../accounts/index.ts';
import type { Door } from '../../doors/index.ts';
import { Fault } from '../../kernel/index.ts';
import { ExpressLane } from './express-lane.ts';
import type { RequestLine } from './log.ts';

const body = Buffer.from('a document');
const anna: User = { id: 1, name: 'anna', email: null, role: 'user', createdAt: 0, disabledAt: null };

let app: FastifyInstance;
let server: Server;
let lines: RequestLine[];
/** How often the slow lane had to answer, and the door heard of a repetition. */
let asked: number;
const STRICT = { read: { count: 1, per: 1000 } };
let repeated: number;
let holds: boolean;
/** The database's number, the token's principal, and whether their reads are used up. */
let changes: number;
let principal: Principal;
let spent: boolean;
/** An address that has read too much. */
const limited = '192.0.2.1';
beforeEach(async () => {
  [asked, repeated, holds, lines] = [0, 0, true, []];
  [changes, spent] = [1, false];
  principal = { ...signedInWithPassword(anna, null), tokenId: 1 };
  const lane = new ExpressLane({
    limits: {
      read: (address) => (address === limited ? new Fault('rate_limited', 'Too many.') : undefined),
      readBy: () => (spent ? new Fault('rate_limited', 'Too many.') : undefined),
    },
    changes: () => changes,
    clientAddress: ({ headers }) => String(headers['x-forwarded-for'] ?? '127.0.0.1'),
    log: (line) => lines.push(line),
    nextId: () => 'next',
    keepAliveTimeout: 5000,
  });
  app = Fastify({
    exposeHeadRoutes: true,
    serverFactory: (slowLane) => {
      server = createServer();
      lane.serve(server, slowLane);
      return server;
    },
  });
  app.decorateRequest('repeatable');
  app.decorateRequest('door');
  app.decorateRequest('asked');
  app.decorateRequest('changes');
  app.decorateRequest('clientAddress', {
    getter(this: FastifyRequest) {
      return String(this.headers['x-forwarded-for'] ?? '127.0.0.1');
    },
  });
  lane.learnFrom(app);
  app.get('/:name', (request, reply) => {
    asked += 1;
    if (request.headers.authorization !== undefined) {
      [request.changes, request.asked] = [changes, Promise.resolve(principal)];
    }
    const format = request.headers['user-agent'] ?? 'plain';
    request.door = { name: format, limits: format === 'strict' ? STRICT : undefined } as Door;
    request.repeatable = { holds: () => holds, body, onRepeat: () => (repeated += 1) };
    reply.header('etag', '"1"').header('x-list', ['a', 'b']);
    if (request.headers['if-none-match'] === '"1"') return reply.code(304).send();
    if (request.headers.accept === 'refused') return reply.code(404).send({ error: 'Not found' });
    return reply.send(body);
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
});
afterEach(() => app.close());

interface Answer {
  status: number | undefined;
  headers: string[];
  text: string;
}

function send(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { port } = server.address() as AddressInfo;
    httpRequest({ port, host: '127.0.0.1', path, method, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode,
          headers: response.rawHeaders.map((each, at, all) => (all[at - 1] === 'Date' ? '' : each)),
          text,
        }),
      );
    })
      .on('error', reject)
      .end();
  });
}

test.each([
  ['GET', {}],
  ['HEAD', {}],
  ['GET', { 'if-none-match': '"1"' }],
])('%s with %j is answered once and then repeated, byte for byte', async (method, headers) => {
  const first = await send('/demo', headers, method);
  expect([await send('/demo', headers, method), await send('/demo', headers, method)]).toEqual([
    first,
    first,
  ]);
  expect([asked, repeated]).toEqual([1, 2]);
});

test('a repetition is logged as any other request', async () => {
  await send('/demo');
  await send('/demo');
  expect(lines).toEqual([
    {
      reqId: 'next',
      method: 'GET',
      url: '/demo',
      status: 200,
      address: '127.0.0.1',
      ms: expect.any(Number) as number,
    },
  ]);
});

test('what no longer holds is asked anew', async () => {
  await send('/demo');
  await send('/demo');
  [holds, changes] = [false, 2];
  await send('/demo');
  expect([asked, repeated]).toEqual([2, 1]);
});

test.each<Record<string, string>>([
  { accept: 'application/json' },
  { 'accept-encoding': 'gzip' },
  { host: 'example.com' },
  { range: 'bytes=0-1' },
  { 'if-none-match': '"2"' },
  { authorization: 'Bearer one' },
  { via: '1.1 somebody' },
  { 'content-length': '0' },
  { expect: '100-continue' },
])('a request with %j is not the same', async (headers) => {
  await send('/demo');
  await send('/demo', headers);
  expect(asked).toBe(2);
});

test('who reads too much is refused by the slow lane, whatever is known', async () => {
  await send('/demo');
  await send('/demo', { 'x-forwarded-for': limited });
  expect([asked, repeated]).toEqual([2, 0]);
});

test('a door that counts reads by itself sees every one', async () => {
  await send('/demo', { 'user-agent': 'strict' });
  await send('/demo', { 'user-agent': 'strict' });
  expect(asked).toBe(2);
});

const one = { authorization: 'Bearer one' };

test('a token gets the same answer again as long as nothing has changed, whoever may read it without', async () => {
  holds = false;
  const first = await send('/demo', one);
  expect(await send('/demo', one)).toEqual(first);
  expect([asked, repeated]).toEqual([1, 1]);
  changes = 2;
  await send('/demo', one);
  expect(asked).toBe(2);
});

test.each<[string, () => Record<string, string>]>([
  ['another token', () => ({ authorization: 'Bearer two' })],
  ['the token from elsewhere', () => ({ ...one, 'x-forwarded-for': '192.0.2.2' })],
  ['nobody', () => ({})],
  [
    'a token whose reads are used up',
    () => {
      spent = true;
      return one;
    },
  ],
])('what a token got is not given to %s', async (_who, headers) => {
  await send('/demo', one);
  await send('/demo', headers());
  expect([asked, repeated]).toEqual([2, 0]);
});

test.each<[string, () => Partial<SignedIn>]>([
  ['a password', () => ({ tokenId: null })],
  ['a token that has just ended', () => ({ expiresAt: Date.now() })],
])('an answer to %s is not repeated', async (_what, more) => {
  principal = { ...signedInWithPassword(anna, null), tokenId: 1, ...more() };
  await send('/demo', one);
  await send('/demo', one);
  expect([asked, repeated]).toEqual([2, 0]);
});

test('while nothing has changed nobody is asked whether the answer holds', async () => {
  await send('/demo');
  await send('/demo');
  holds = false;
  await send('/demo');
  expect(asked).toBe(1);
  changes = 2;
  await send('/demo');
  expect(asked).toBe(2);
});

test('errors are not repeated', async () => {
  await send('/demo', { accept: 'refused' });
  await send('/demo', { accept: 'refused' });
  expect(asked).toBe(2);
});
