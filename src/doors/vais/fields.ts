import { Fault } from '../../kernel/index.ts';

/** The fields of a body that must be a JSON object. Fault `bad_request`. */
export function fieldsOf(body: unknown): Record<string, unknown> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw refuse('the body must be a JSON object');
  }
  return body as Record<string, unknown>;
}

/** A field that must be there. Fault `bad_request`. */
export function text(fields: Record<string, unknown>, name: string): string {
  const value = fields[name];
  if (typeof value === 'string' && value !== '') return value;
  throw refuse(`${name} must be a text`);
}

/** A field that may be left out; empty or null is as if it were. Fault `bad_request`. */
export function optionalText(fields: Record<string, unknown>, name: string): string | undefined {
  const value = fields[name];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'string') return value;
  throw refuse(`${name} must be a text`);
}

/** Says what is wrong with a body; `why` ends without a full stop. */
export function refuse(why: string): Fault {
  return new Fault('bad_request', `${why}.`);
}
