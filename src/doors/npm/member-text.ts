import { Fault } from '../../kernel/index.ts';

/** A text that a small JSON body must have. Fault `bad_request` that names it. */
export function memberText(body: unknown, field: string): string {
  const value =
    typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[field] : undefined;
  // PostgreSQL cannot even be asked for a NUL.
  if (typeof value === 'string' && value !== '' && !value.includes('\0')) return value;
  throw new Fault('bad_request', `The body must be a JSON object with the text "${field}".`);
}
