import { randomBytes } from 'node:crypto';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault, isFault, type Clock } from '../kernel/index.ts';
import { theServer } from '../ledger/index.ts';
import { checkPassword, hashPassword, isSamplePassword } from './passwords.ts';
import type { AccountStore, User } from './store.ts';
import { checkEmail, checkUserName } from './users/names.ts';

/** What the operator set; each may be missing. */
export interface FirstAdministratorSettings {
  /** `admin` if missing. */
  user?: string | undefined;
  password?: string | undefined;
  email?: string | undefined;
}

export type FirstAdministrator =
  | { outcome: 'exists' }
  | {
      outcome: 'created';
      user: User;
      /** The random password and the file that holds it, if none was set. For a terminal only, never for a log. */
      generated: { password: string; file: string } | null;
      /** A sentence for the log, or null. */
      warning: string | null;
    };

/** File in the data folder, readable by its owner only. */
export const INITIAL_PASSWORD_FILE = 'initial-admin-password';

/**
 * Sees to it that somebody can administer a fresh store. With a password set: makes that user unless it exists, and never
 * resets one that does. Without: on a store without users, makes one with a random password that goes to
 * `<dataDir>/initial-admin-password`. Any number of replicas may do this at once.
 * Faults `password_weak`, `user_name_invalid` and `email_invalid` are about the settings.
 */
export async function ensureFirstAdministrator(
  store: AccountStore,
  clock: Clock,
  settings: FirstAdministratorSettings,
  dataDir: string,
): Promise<FirstAdministrator> {
  const name = settings.user ?? 'admin';
  checkUserName(name);
  const email = settings.email ?? null;
  if (email !== null) checkEmail(email);
  const create = async (password: string): Promise<User> => {
    const user = {
      name,
      email,
      role: 'administrator' as const,
      passwordHash: await hashPassword(password),
      at: clock(),
      by: theServer,
    };
    try {
      return await store.createUser({ ...user, emailVerified: true });
    } catch (error) {
      // A start must not fail because somebody else has the operator's address by now.
      if (isFault(error, 'email_taken')) return store.createUser(user);
      throw error;
    }
  };
  try {
    if (settings.password === undefined) {
      if ((await store.countUsers()) > 0) return { outcome: 'exists' };
      return await createWithRandomPassword(create, dataDir);
    }
    if (await store.userByName(name)) return { outcome: 'exists' };
    const warning = acceptSetPassword(settings.password, name);
    return { outcome: 'created', user: await create(settings.password), generated: null, warning };
  } catch (error) {
    // Another replica was faster.
    if (isFault(error, 'user_exists')) return { outcome: 'exists' };
    throw error;
  }
}

/** The documented samples start, loudly; everything else must be a good password. */
function acceptSetPassword(password: string, name: string): string | null {
  if (isSamplePassword(password)) {
    return `The administrator ${name} has a sample password that everybody can read in the documentation: change it before others can reach this server.`;
  }
  try {
    checkPassword(password, name);
    return null;
  } catch (error) {
    if (!isFault(error, 'password_weak')) throw error;
    throw new Fault(
      'password_weak',
      `The password set for the first administrator ${name}: ${error.message}`,
      {
        cause: error,
      },
    );
  }
}

/**
 * The password is on disk before the user exists, so that a crash locks nobody out; it gets its final name after, so that
 * of several replicas on one folder only the one whose user was made leaves its password.
 */
async function createWithRandomPassword(
  create: (password: string) => Promise<User>,
  dataDir: string,
): Promise<FirstAdministrator> {
  const password = randomBytes(18).toString('base64url');
  const file = join(dataDir, INITIAL_PASSWORD_FILE);
  const draft = `${file}.${process.pid}-${randomBytes(4).toString('hex')}`;
  let user: User;
  try {
    await writeDurably(await open(draft, 'wx', 0o600), `${password}\n`);
    user = await create(password);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  await rename(draft, file);
  return { outcome: 'created', user, generated: { password, file }, warning: null };
}

async function writeDurably(handle: FileHandle, text: string): Promise<void> {
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
