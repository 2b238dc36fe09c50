import { hash, verify } from '@node-rs/argon2';
import { Fault } from '../kernel/index.ts';
import { Slots } from './slots.ts';

/**
 * OWASP Password Storage Cheat Sheet, second of its equivalent settings: 19 MiB, two passes, one lane.
 * `algorithm` is left to the library's default, argon2id: its enum cannot be imported under `isolatedModules`.
 */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/**
 * A hash with the cost of ours whose password nobody knows. Comparing with it makes a sign-in with an unknown name take
 * as long as one with a known name.
 */
export const NOBODYS_HASH =
  '$argon2id$v=19$m=19456,t=2,p=1$MzzHsG3BKNOe+ecybOaUgQ$FYgGP8pQp7+bnODVXJjkwcrpxGOBDaiRdew+9tnF3PE';

/** Two of the four threads of the pool: the other two serve files while passwords are hashed. */
const slots = new Slots(2, 100);

/** RFC 8265 section 4.2: keyboards differ in how they compose the same letter. */
function prepare(password: string): string {
  return password.normalize('NFC');
}

/** PHC string of argon2id. Fault `unavailable` if too many wait. */
export function hashPassword(password: string): Promise<string> {
  return slots.run(() => hash(prepare(password), COST));
}

/** True if `password` made `phc`; `undefined` for an unknown user takes as long and is false. Fault `unavailable` as above. */
export async function verifyPassword(phc: string | undefined, password: string): Promise<boolean> {
  const matches = await slots.run(() => verify(phc ?? NOBODYS_HASH, prepare(password)));
  return matches && phc !== undefined;
}

const MIN_LENGTH = 8;
const MAX_LENGTH = 1000;

/** Passwords that the seeds of this project print as samples. */
const SAMPLES: ReadonlySet<string> = new Set(['changeme', 'admin123']);

/** The first guesses of every attacker that are long enough to pass the length rule; lower case. */
const WELL_KNOWN: ReadonlySet<string> = new Set([
  ...SAMPLES,
  '00000000',
  '11111111',
  '12341234',
  '12345678',
  '123456789',
  '1234567890',
  '123123123',
  '1q2w3e4r',
  '1qaz2wsx',
  '87654321',
  'abcd1234',
  'abc12345',
  'administrator',
  'asdfghjk',
  'baseball',
  'changeme1',
  'changeme123',
  'changeit',
  'computer',
  'football',
  'iloveyou',
  'letmein1',
  'letmein123',
  'passw0rd',
  'password',
  'password1',
  'password12',
  'password123',
  'password1234',
  'princess',
  'q1w2e3r4',
  'qwerty12',
  'qwerty123',
  'qwertyui',
  'qwertyuiop',
  'sunshine',
  'superman',
  'trustno1',
  'welcome1',
  'welcome123',
]);

/** True for a password that the documentation of this project shows as a sample. */
export function isSamplePassword(password: string): boolean {
  return SAMPLES.has(password);
}

/** Fault `password_weak`, naming the rule, unless `password` may be the password of the user `userName`. */
export function checkPassword(password: string, userName: string): void {
  const length = Array.from(prepare(password)).length;
  const folded = prepare(password).toLowerCase();
  if (length < MIN_LENGTH) {
    throw weak(`it has ${length} characters, at least ${MIN_LENGTH} are needed`);
  }
  if (length > MAX_LENGTH) throw weak(`it has more than ${MAX_LENGTH} characters`);
  if (folded === userName.toLowerCase()) throw weak('it is the user name');
  if (WELL_KNOWN.has(folded)) throw weak('it is one of the passwords that everybody tries first');
}

function weak(why: string): Fault {
  return new Fault('password_weak', `This password is not accepted: ${why}. Choose another one.`);
}
