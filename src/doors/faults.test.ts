import Fastify from 'fastify';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { faultFrom } from './faults.ts';

test('what nobody foresaw is logged under the id that the answer names', async () => {
  const lines: Record<string, unknown>[] = [];
  const logger = pino({}, { write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>) });
  const app = Fastify({ loggerInstance: logger, childLoggerFactory: (own) => own });
  app.setErrorHandler((error, request, reply) => reply.code(500).send(faultFrom(error, request).message));
  app.get('/', () => {
    throw new Error('the disk is on fire');
  });

  const { body } = await app.inject('/');

  const failed = lines.filter(({ err }) => err !== undefined);
  expect(failed).toEqual([expect.objectContaining({ reqId: expect.stringMatching(/^req-/) as string })]);
  expect(body).toContain(` ${String(failed[0]?.['reqId'])}.`);
  expect(body).not.toContain('fire');
});
