import { Agent, request as httpRequest } from 'node:http';
import { beforeAll, describe, expect, test } from 'vitest';
import { freshDatabase, hasPostgres } from '../setup/postgres.ts';
import { publish, register } from '../setup/publish.ts';
import { startRedis, whyNoRedis } from '../setup/redis.ts';
import { temporaryFolder } from '../setup/resources.ts';
import { startKontor, type RunningKontor } from '../setup/server.ts';

interface Answer {
  status: number;
  retryAfter: string | undefined;
  body: string;
}

/** Asks as a client that a proxy on this machine speaks for. */
function ask(
  server: RunningKontor,
  path: string,
  options: { client?: string; agent?: Agent; method?: string; body?: string } = {},
): Promise<Answer> {
  const { client, agent, method = 'GET', body } = options;
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (client !== undefined) headers['x-forwarded-for'] = client;
  return new Promise((resolve, reject) => {
    const asked = httpRequest(server.url + path, { agent, method, headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          retryAfter: answer.headers['retry-after'],
          body: text,
        }),
      );
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

const statusesOf = (answers: Answer[]) =>
  Object.fromEntries(
    Object.entries(Object.groupBy(answers, ({ status }) => status)).map(([status, all]) => [
      status,
      all?.length,
    ]),
  );

describe('with the limits as they come', () => {
  let server: RunningKontor;
  beforeAll(async () => {
    server = await startKontor({ env: { KONTOR_TRUSTED_PROXIES: 'loopback' } });
    await publish(server, await register(server, 'ann'), 'demo', '1.0.0');
  });

  test('an install of 2,000 packages from one address through 64 connections meets none', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 64 });
    const paths = Array.from({ length: 2000 }, () => ['/npm/demo', '/npm/demo/-/demo-1.0.0.tgz']).flat();
    const answers = await Promise.all(paths.map((path) => ask(server, path, { client: '192.0.2.1', agent })));
    agent.destroy();
    expect(statusesOf(answers)).toEqual({ 200: 4000 });
  });

  test('a flood of searches is refused as npm prints it, and others go on', async () => {
    const search = '/npm/-/v1/search?text=demo';
    const agent = new Agent({ keepAlive: true, maxSockets: 16 });
    const answers = await Promise.all(
      Array.from({ length: 400 }, () => ask(server, search, { client: '192.0.2.2', agent })),
    );
    agent.destroy();
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(20);
    expect(Number(refused[0]?.retryAfter)).toBeGreaterThan(0);
    expect(JSON.parse(refused[0]?.body ?? '')).toEqual({
      error: expect.stringMatching(
        /^Too many requests from your address: try again in \d+ seconds?\.$/,
      ) as string,
      code: 'rate_limited',
    });
    expect((await ask(server, search, { client: '192.0.2.3' })).status).toBe(200);
    expect((await ask(server, '/npm/demo', { client: '192.0.2.2' })).status).toBe(200);
  });

  test('the log names the client, not the proxy', async () => {
    await ask(server, '/npm/-/ping?who', { client: '2001:db8:0:0::7' });
    await expect.poll(() => server.logs()).toMatch(/ping\?who.*"address":"2001:db8::7"/);
  });
});

test('whoever forges X-Forwarded-For is counted all the same, and a proxy that is not trusted is told of', async () => {
  const server = await startKontor({ env: { KONTOR_LIMIT_READ: '5/1h' } });
  const answers: Answer[] = [];
  for (let client = 1; client <= 8; client += 1) {
    answers.push(await ask(server, '/npm/-/ping', { client: `192.0.2.${client}` }));
  }
  // Starting asks only what is not counted.
  expect(statusesOf(answers)).toEqual({ 200: 5, 429: 3 });
  expect(server.logs().match(/name it in KONTOR_TRUSTED_PROXIES/g)).toHaveLength(1);
  expect((await ask(server, '/health')).status).toBe(200);
  const problem = await ask(server, '/-/api/v1/registries');
  expect(problem.status).toBe(429);
  expect(JSON.parse(problem.body)).toMatchObject({ title: 'rate_limited', status: 429 });
});

test('limits that are off count nothing, and the start says so', async () => {
  const server = await startKontor({ env: { KONTOR_RATE_LIMITS: 'off', KONTOR_LIMIT_READ: '1/1h' } });
  for (let time = 0; time < 5; time += 1) expect((await ask(server, '/npm/-/ping')).status).toBe(200);
  expect(server.logs()).toContain('rate limits are off');
});

const missing = (await whyNoRedis()) !== undefined || !hasPostgres();

describe.skipIf(missing)('two replicas with one Redis', () => {
  test('[A-79] count together, and go on when Redis is gone', async () => {
    const redis = await startRedis();
    const database = await freshDatabase();
    const data = temporaryFolder('shared');
    const env = {
      KONTOR_DATABASE: database.url,
      KONTOR_REDIS: redis.url,
      KONTOR_LIMIT_SEARCH: '20/1h',
      KONTOR_LIMIT_READ: '1000/1h',
    };
    const replicas = await Promise.all([startKontor({ env, data }), startKontor({ env, data })]);
    const [one, two] = replicas;
    const agent = new Agent({ keepAlive: true, maxSockets: 8 });
    const askBoth = (path: string, times: number) =>
      Promise.all(
        Array.from({ length: times }, (_, place) => ask(place % 2 === 0 ? one : two, path, { agent })),
      );

    const burst = await askBoth('/npm/-/v1/search?text=demo', 60);
    expect(statusesOf(burst)).toEqual({ 200: 20, 429: 40 });
    expect(Number(burst.find(({ status }) => status === 429)?.retryAfter)).toBeGreaterThan(100);

    // Reads are told to the other replica from time to time: both together pass little more than one alone.
    const reads = await askBoth('/npm/-/ping', 1600);
    const passed = reads.filter(({ status }) => status === 200).length;
    expect(passed).toBeGreaterThanOrEqual(1000 - 5);
    expect(passed).toBeLessThan(1300);

    await redis.kill();
    const alone = await askBoth('/npm/-/v1/search?text=demo', 60);
    expect(statusesOf(alone)).toEqual({ 200: 40, 429: 20 });
    expect(one.logs()).toContain('each replica counts by itself');
    expect(one.logs()).not.toContain('"level":50');
    agent.destroy();
    await Promise.all(replicas.map((replica) => replica.stop()));
    await database.drop();
  });
});
