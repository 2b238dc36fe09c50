import { checkPassword, hashPassword } from '../passwords.ts';
import { checkEmail, checkUserName } from './names.ts';

/** An account as somebody asks for it. */
export interface AccountRequest {
  name: string;
  password: string;
  email?: string | null;
}

/** What can be known before the store is asked. Faults `user_name_invalid`, `email_invalid`, `password_weak`. */
export function checkAccount({ name, password, email }: AccountRequest): { email: string | null } {
  const address = email === undefined || email === '' ? null : email;
  checkUserName(name);
  if (address !== null) checkEmail(address);
  checkPassword(password, name);
  return { email: address };
}

/** A new password, checked and hashed. Fault `password_weak`. */
export function hashNewPassword(password: string, userName: string): Promise<string> {
  checkPassword(password, userName);
  return hashPassword(password);
}
