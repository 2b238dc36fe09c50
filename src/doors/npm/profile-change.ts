import type { ProfileChange } from '../../accounts/index.ts';
import { Fault } from '../../kernel/index.ts';

const TEXTS = ['fullname', 'homepage', 'freenode', 'twitter', 'github'] as const;
const KNOWN: ReadonlySet<string> = new Set(['email', 'password', ...TEXTS]);

/** Reads the body of `npm profile set`: protocols/npm 4.5. Fault `bad_request` for what cannot be set here. */
export function profileChange(body: unknown): ProfileChange {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new Fault('bad_request', 'The body must be a JSON object.');
  }
  const wish = body as Record<string, unknown>;
  const unknown = Object.keys(wish).find((key) => !KNOWN.has(key));
  if (unknown !== undefined) {
    throw new Fault('bad_request', `A profile has no field ${JSON.stringify(unknown.slice(0, 50))} to set.`);
  }
  const change: ProfileChange = { fields: {} };
  if ('email' in wish) change.email = text('email', wish['email']);
  for (const field of TEXTS) if (field in wish) change.fields[field] = text(field, wish[field]);
  // npm sends every field that it has read, and a password is none of them.
  if ('password' in wish && wish['password'] !== null) change.password = passwords(wish['password']);
  return change;
}

function text(field: string, value: unknown): string | null {
  if (value === null || value === '') return null;
  if (typeof value === 'string') return value;
  throw new Fault('bad_request', `The field ${field} must be a text or null.`);
}

function passwords(value: unknown): { old: string; new: string } {
  const { old: before, new: after } = (typeof value === 'object' && value !== null ? value : {}) as Record<
    string,
    unknown
  >;
  if (typeof before === 'string' && typeof after === 'string') return { old: before, new: after };
  throw new Fault('bad_request', 'To change the password send password: {"old":"…","new":"…"}.');
}
