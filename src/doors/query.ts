import type { FastifyRequest } from 'fastify';
import { Fault } from '../kernel/index.ts';

/** A parameter of the query, or undefined. Fault `bad_request` if it is there twice. */
export function queryText(request: FastifyRequest, name: string): string | undefined {
  const value = (request.query as Record<string, unknown>)[name];
  if (value === undefined || typeof value === 'string') return value;
  throw new Fault('bad_request', `The parameter ${name} stands in the query more than once; send it once.`);
}

/** A whole number of at most nine digits, `fallback` if it is not there. Fault `bad_request` for anything else. */
export function queryNumber(request: FastifyRequest, name: string, fallback: number): number {
  const value = queryText(request, name);
  if (value === undefined || value === '') return fallback;
  if (/^\d{1,9}$/.test(value)) return Number(value);
  throw new Fault('bad_request', `The parameter ${name} must be a whole number from 0 on.`);
}
