import { Fault } from '../../kernel/index.ts';

/** ASCII only, so that no name can look like another one. */
const USER_NAME = /^[a-z0-9][a-z0-9._-]{1,63}$/i;
/** No more than what must hold: only a mail that arrives proves an address. */
const EMAIL = /^[^\s@\p{Cc}]+@[^\s@\p{Cc}]+$/u;
/** RFC 5321 section 4.5.3.1.3, less the angle brackets. */
const EMAIL_LENGTH = 254;

/** True for what can be a user's name; case is kept, but two names must differ by more than case. */
export function isUserName(name: string): boolean {
  return USER_NAME.test(name);
}

/** Fault `user_name_invalid` unless `name` can be a user's name. */
export function checkUserName(name: string): void {
  if (isUserName(name)) return;
  throw new Fault(
    'user_name_invalid',
    'This user name is not accepted: it must have 2 to 64 characters from a-z, 0-9, ".", "_" and "-", and begin with a letter or a digit.',
  );
}

/** True for what has the shape of an address. */
export function isEmail(text: string): boolean {
  return text.length <= EMAIL_LENGTH && EMAIL.test(text);
}

/** Fault `email_invalid` unless `email` has the shape of an address. */
export function checkEmail(email: string): void {
  if (isEmail(email)) return;
  throw new Fault(
    'email_invalid',
    `This e-mail address is not accepted: it must have the form name@host and at most ${EMAIL_LENGTH} characters.`,
  );
}
