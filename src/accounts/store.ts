import type { Actor } from '../ledger/index.ts';
import type { TokenStore } from './tokens/index.ts';
import type { WebLoginStore } from './web-login-store.ts';

/** A person or robot with a name and a password. */
export interface User {
  id: number;
  /** As registered; unique regardless of case. */
  name: string;
  email: string | null;
  role: 'administrator' | 'user';
  createdAt: number;
  disabledAt: number | null;
}

export interface UserWithPassword extends User {
  /** PHC string of argon2id. */
  passwordHash: string;
}

export interface NewUser {
  name: string;
  email: string | null;
  /** Somebody vouches for the address. */
  emailVerified?: boolean;
  role: User['role'];
  passwordHash: string;
  at: number;
  by: Actor;
}

/** What users tell about themselves; free text, shown as it is. */
export interface ProfileFields {
  fullname: string | null;
  homepage: string | null;
  freenode: string | null;
  twitter: string | null;
  github: string | null;
}

export interface Profile extends User {
  emailVerified: boolean;
  /** Last change of password or profile; the day of the registration if there was none. */
  updatedAt: number;
  fields: ProfileFields;
}

/** Users, tokens and logins under way at rest. */
export interface AccountStore extends TokenStore, WebLoginStore {
  /** Fault `user_exists` if the name, in any case, is taken, `email_taken` if a verified address is. Writes the event `user.create`. */
  createUser(user: NewUser): Promise<User>;
  userByName(name: string): Promise<UserWithPassword | undefined>;
  userById(id: number): Promise<User | undefined>;
  /** Administrators who are not disabled, oldest first. */
  administrators(): Promise<User[]>;
  countUsers(): Promise<number>;
  /** Administrators that are not disabled, in the order of their ids. */
  administrators(): Promise<User[]>;
  /** Replaces the password if `oldHash` is still what is stored; false if not. Writes the event `user.password`. */
  changePassword(change: {
    userId: number;
    oldHash: string;
    newHash: string;
    at: number;
    by: Actor;
  }): Promise<boolean>;
  profileOf(userId: number): Promise<Profile | undefined>;
  /** Changes what is named and leaves the rest. Fault `not_found` without such a user. Writes the event `user.update`. */
  updateProfile(update: {
    userId: number;
    email?: string | null;
    fields: Partial<ProfileFields>;
    at: number;
    by: Actor;
  }): Promise<Profile>;
}
