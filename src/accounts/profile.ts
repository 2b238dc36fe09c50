import { Fault, type Clock } from '../kernel/index.ts';
import type { Actor } from '../ledger/index.ts';
import { noGuard, type GuessGuard } from './guessing/index.ts';
import { checkPassword, hashPassword, verifyPassword } from './passwords.ts';
import type { AccountStore, Profile, ProfileFields, User } from './store.ts';
import { checkEmail } from './users/names.ts';

/** What a user wants different; what is not named stays. Null takes a text away. */
export interface ProfileChange {
  email?: string | null;
  fields: Partial<ProfileFields>;
  password?: { old: string; new: string };
}

/** What users can do with what is known of them. */
export interface Profiles {
  /** Fault `not_found` if the user is gone. */
  profile(user: User): Promise<Profile>;
  /**
   * Nothing changes unless all of it may: faults `email_invalid`, `bad_request` for a text that is too long, `password_weak`,
   * `password_wrong`. A new password ends the user's other sessions and leaves tokens as they are.
   */
  changeProfile(user: User, change: ProfileChange, by: Actor): Promise<Profile>;
}

export function createProfiles(store: AccountStore, clock: Clock, guard: GuessGuard = noGuard): Profiles {
  const profile = async ({ id, name }: User) => {
    const found = await store.profileOf(id);
    if (!found) throw new Fault('not_found', `There is no user ${name} any more.`);
    return found;
  };

  async function changePassword(
    { id, name }: User,
    password: { old: string; new: string },
    by: Actor,
  ): Promise<void> {
    const { passwordHash: oldHash } = (await store.userByName(name)) ?? {};
    const guess = { account: id, address: by.address };
    const matches = await guard.guess(guess, () => verifyPassword(oldHash, password.old));
    if (!matches || oldHash === undefined) throw wrongPassword();
    checkPassword(password.new, name);
    const newHash = await hashPassword(password.new);
    // Of two who know the old password, the second does not.
    const changed = await store.changePassword({ userId: id, oldHash, newHash, at: clock(), by });
    if (!changed) throw wrongPassword();
  }

  return {
    profile,
    async changeProfile(user, { email, fields, password }, by) {
      if (typeof email === 'string') checkEmail(email);
      for (const [field, text] of Object.entries(fields)) checkText(field, text);
      if (password) await changePassword(user, password, by);
      if (email === undefined && Object.keys(fields).length === 0) return profile(user);
      return store.updateProfile({
        userId: user.id,
        ...(email !== undefined && { email }),
        fields,
        at: clock(),
        by,
      });
    },
  };
}

function wrongPassword(): Fault {
  return new Fault('password_wrong', 'The current password is wrong.');
}

const TEXT = /^[^\p{Cc}\p{Cs}]{1,200}$/u;

function checkText(field: string, text: string | null): void {
  if (text !== null && !TEXT.test(text)) {
    throw new Fault(
      'bad_request',
      `The ${field} of a profile must have 1 to 200 characters, none of them a control character.`,
    );
  }
  // It may be shown as a link one day.
  if (field === 'homepage' && text !== null && !/^https?:\/\/[^\s]+$/i.test(text)) {
    throw new Fault('bad_request', 'The homepage of a profile must be a URL with http:// or https://.');
  }
}
