import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Door } from '../../doors/index.ts';
import { defaultLimits, RequestLimits } from '../../policy/index.ts';
import { MemoryCounters } from '../../storage/memory/index.ts';
import { limitDoor, limitRequests } from './limits.ts';
import { sendProblem } from './problem.ts';

let now = 1_000_000;
const clock = () => now;
let app: FastifyInstance;

/** Two doors, of which one has the limits that its clients know. */
beforeEach(async () => {
  app = Fastify();
  app.setErrorHandler(sendProblem);
  app.decorateRequest('clientAddress', { getter: () => '127.0.0.1' });
  const limits = new RequestLimits({ counters: new MemoryCounters(clock), limits: defaultLimits, clock });
  limitRequests(app, limits);
  const mount = (name: string, own: Door['limits']) =>
    app.register(
      (scope, _options, done) => {
        limitDoor(scope, { name, limits: own } as Door, limits);
        scope.get('/', () => 'read');
        scope.post('/', { config: { limit: 'publish' } }, () => 'uploaded');
        done();
      },
      { prefix: `/${name}` },
    );
  const second = 1_000;
  await mount('dryad', { read: { count: 10, per: second }, publish: { count: 2, per: second } });
  await mount('npm', undefined);
});
afterEach(() => app.close());

async function refused(method: 'GET' | 'POST', path: string): Promise<number> {
  const answers = await Promise.all(Array.from({ length: 100 }, () => app.inject({ method, path })));
  const waits = new Set(
    answers.map(({ statusCode, headers }) => `${statusCode} ${String(headers['retry-after'])}`),
  );
  expect([...waits].every((wait) => wait === '200 undefined' || wait === '429 1')).toBe(true);
  return answers.filter(({ statusCode }) => statusCode === 429).length;
}

test('[D-33] [D-34] a door has limits of its own, which other doors do not feel', async () => {
  expect(await refused('GET', '/dryad')).toBe(90);
  expect(await refused('POST', '/dryad')).toBe(98);
  expect(await refused('GET', '/npm')).toBe(0);
  expect(await refused('POST', '/npm')).toBe(0);
  now += 1_000;
  expect(await refused('GET', '/dryad')).toBe(90);
});
