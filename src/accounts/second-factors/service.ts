import { Fault, sha256Hex, type Clock } from '../../kernel/index.ts';
import type { Actor } from '../../ledger/index.ts';
import type { SignedIn } from '../principal.ts';
import type { AccountStore, User } from '../store.ts';
import { createPasskeys, unknownPasskey, type PasskeyService } from './passkeys.ts';
import { createPrompts, looksLikePass, type FactorPrompts } from './prompts.ts';
import { hashRecoveryCode, newRecoveryCodes, readRecoveryCode } from './recovery-codes.ts';
import { enrolmentDue, isDemanded, stillDemanded, type SecondFactorRequirement } from './requirement.ts';
import type { FactorStanding, SecondFactorMode, SecondFactorStore } from './store.ts';
import { newTotpSecret, otpauthUrl, readTotpCode, stepOf } from './totp.ts';

/** Keeps what has to be read again unreadable to who has only the database. */
export interface SecretWrap {
  wrap(text: string): string;
  unwrap(stored: string): string;
}

/**
 * What the factor is asked for. `always`: log-ins, and changes of the account, its tokens and factors, and approvals. `writes`:
 * changes of packages, teams and the like, for users who want it there too (`auth-and-writes`).
 */
export type FactorNeed = 'always' | 'writes';

export interface SecondFactors extends PasskeyService, FactorPrompts {
  standingOf(user: User): Promise<FactorStanding>;
  /**
   * Passes users who have no second factor. `code` is what they sent with the request, if anything: a code of their app, a recovery
   * code, or the pass of a prompt; it works once. Faults `second_factor_required` without one, `second_factor_wrong`, and
   * `rate_limited` after too many wrong ones.
   */
  assertSecondFactor(user: User, need: FactorNeed, code: string | undefined, by: Actor): Promise<void>;
  /** As `assertSecondFactor` for `writes`, less those whose credentials stand for it: sessions, which began with it. */
  assertMayWrite(principal: SignedIn, code: string | undefined): Promise<void>;
  /** Fault `second_factor_due` for whom the operator demands a second factor of and who has none. */
  assertEnrolled(user: User): Promise<void>;
  /**
   * Makes a secret that waits for `confirmTotp`; an earlier one that waits is forgotten. `issuer` names this server in the app.
   * Fault `conflict` if codes of an app are on already.
   */
  beginTotp(
    user: User,
    wish: { mode: SecondFactorMode; issuer: string },
  ): Promise<{ secret: string; url: string }>;
  /**
   * Turns codes on with the first of them. The recovery codes, shown now and never again, unless the user has some. Faults `code_wrong`,
   * `rate_limited`, and `conflict` if nothing waits.
   */
  confirmTotp(user: User, code: string, by: Actor): Promise<string[]>;
  /** Makes new recovery codes; all earlier ones end. Fault `conflict` without a factor. */
  renewRecoveryCodes(user: User, by: Actor): Promise<string[]>;
  /** Fault `conflict` without a factor. */
  setFactorMode(user: User, mode: SecondFactorMode, by: Actor): Promise<void>;
  /** Fault `not_found` without codes of an app; `forbidden` if that is the last factor and one is demanded. */
  removeTotp(user: User, by: Actor): Promise<void>;
  /** Faults `not_found`, `forbidden` as above. */
  removePasskey(user: User, id: number, by: Actor): Promise<void>;
  /** Ends every factor. Fault `forbidden` if one is demanded. */
  disableSecondFactors(user: User, by: Actor): Promise<void>;
  /** What an operator does for a user who lost everything. False if there was nothing. */
  resetSecondFactors(user: User, by: Actor): Promise<boolean>;
}

export interface SecondFactorOptions {
  store: SecondFactorStore;
  users: Pick<AccountStore, 'userById'>;
  clock: Clock;
  wrap: SecretWrap;
  /** Identity of the store, the same on all replicas. */
  storeId: string;
  requirement: SecondFactorRequirement;
}

/** True for somebody who has anything to show besides a password. */
export function hasSecondFactor({ totp, passkeys }: FactorStanding): boolean {
  return totp === 'on' || passkeys > 0;
}

export function createSecondFactors(options: SecondFactorOptions): SecondFactors {
  const { store, users, clock, wrap, storeId, requirement } = options;

  async function stepFor(user: User, code: string): Promise<{ stored: string; step: number } | undefined> {
    const { waitUntil } = await store.admitGuess({ userId: user.id, at: clock() });
    if (waitUntil !== null) throw tooManyGuesses(waitUntil - clock());
    const row = await store.totpOf(user.id);
    const text = row === undefined ? '' : wrap.unwrap(row.secret);
    if (row === undefined || !text.startsWith(label(user))) return undefined;
    const step = stepOf(text.slice(label(user).length), code, clock());
    return step === undefined ? undefined : { stored: row.secret, step };
  }

  async function isRight(user: User, standing: FactorStanding, shown: string, by: Actor): Promise<boolean> {
    const code = readTotpCode(shown);
    if (code !== undefined) {
      const found = standing.totp === 'on' ? await stepFor(user, code) : undefined;
      return found !== undefined && store.useTotp({ userId: user.id, step: found.step, at: clock() });
    }
    if (readRecoveryCode(shown) !== undefined) {
      const hash = hashRecoveryCode(user.id, shown);
      return store.useRecoveryCode({ userId: user.id, hash, at: clock(), by });
    }
    return (
      looksLikePass(shown) && store.usePass({ userId: user.id, passHash: sha256Hex(shown), at: clock() })
    );
  }

  async function assertSecondFactor(
    user: User,
    need: FactorNeed,
    code: string | undefined,
    by: Actor,
  ): Promise<void> {
    const standing = await store.standingOf(user.id);
    if (!hasSecondFactor(standing)) return;
    if (need === 'writes' && standing.mode === 'auth-only') return;
    const shown = code?.trim() ?? '';
    if (shown === '') {
      throw new Fault(
        'second_factor_required',
        'This needs your second factor: send a one-time password of your authenticator app (npm: --otp=123456).',
      );
    }
    if (await isRight(user, standing, shown, by)) return;
    throw new Fault(
      'second_factor_wrong',
      'This one-time password is not right, or was used before: wait for the next one and check the clock of your device.',
    );
  }

  async function standingWithFactor({ id }: User): Promise<FactorStanding> {
    const standing = await store.standingOf(id);
    if (hasSecondFactor(standing)) return standing;
    throw new Fault('conflict', 'You have no second factor: add one first.');
  }

  function assertMayLose(user: User, left: number): void {
    if (left === 0 && isDemanded(requirement, user)) throw stillDemanded();
  }

  return {
    ...createPasskeys(store, storeId, clock),
    ...createPrompts(store, users, clock),

    standingOf: ({ id }) => store.standingOf(id),

    assertSecondFactor,

    async assertMayWrite(principal, code) {
      if (principal.via.startsWith('session:') || principal.bypassSecondFactor) return;
      const { user, via, address } = principal;
      await assertSecondFactor(user, 'writes', code, { userId: user.id, name: user.name, via, address });
    },

    async assertEnrolled(user) {
      if (isDemanded(requirement, user) && !hasSecondFactor(await store.standingOf(user.id))) {
        throw enrolmentDue();
      }
    },

    async beginTotp(user, { mode, issuer }) {
      const secret = newTotpSecret();
      const stored = wrap.wrap(label(user) + secret);
      if (!(await store.enrolTotp({ userId: user.id, secret: stored, mode, at: clock() }))) {
        throw new Fault(
          'conflict',
          'Codes of an app are on already: turn them off before you take a new app.',
        );
      }
      return { secret, url: otpauthUrl(secret, issuer, user.name) };
    },

    async confirmTotp(user, typed, by) {
      if ((await store.standingOf(user.id)).totp !== 'pending') {
        throw new Fault('conflict', 'No app waits to be confirmed: start anew.');
      }
      const code = readTotpCode(typed);
      const found = code === undefined ? undefined : await stepFor(user, code);
      if (found === undefined) {
        throw new Fault(
          'code_wrong',
          'This code is not the one that your app should show now: check the clock of your device and try the next one.',
        );
      }
      const codes = newRecoveryCodes();
      const { done, codes: taken } = await store.confirmTotp({
        userId: user.id,
        secret: found.stored,
        step: found.step,
        recoveryHashes: codes.map((each) => hashRecoveryCode(user.id, each)),
        at: clock(),
        by,
      });
      if (!done) throw new Fault('conflict', 'Another enrolment came between: start anew.');
      return taken ? codes : [];
    },

    async renewRecoveryCodes(user, by) {
      await standingWithFactor(user);
      const codes = newRecoveryCodes();
      const hashes = codes.map((code) => hashRecoveryCode(user.id, code));
      await store.replaceRecoveryCodes({ userId: user.id, hashes, at: clock(), by });
      return codes;
    },

    async setFactorMode(user, mode, by) {
      await standingWithFactor(user);
      await store.setFactorMode({ userId: user.id, mode, at: clock(), by });
    },

    async removeTotp(user, by) {
      const { totp, passkeys } = await store.standingOf(user.id);
      if (totp === 'on') assertMayLose(user, passkeys);
      if (!(await store.removeTotp({ userId: user.id, at: clock(), by }))) {
        throw new Fault('not_found', 'You have no codes of an app to turn off.');
      }
    },

    async removePasskey(user, id, by) {
      const { totp, passkeys } = await store.standingOf(user.id);
      assertMayLose(user, passkeys - 1 + (totp === 'on' ? 1 : 0));
      if (!(await store.removePasskey({ userId: user.id, id, at: clock(), by }))) throw unknownPasskey();
    },

    async disableSecondFactors(user, by) {
      if (hasSecondFactor(await store.standingOf(user.id))) assertMayLose(user, 0);
      await store.removeFactors({ userId: user.id, at: clock(), by });
    },

    resetSecondFactors: ({ id }, by) => store.removeFactors({ userId: id, at: clock(), by }),
  };
}

/** A wrapped secret is that of one user: moved to another row it is worth nothing. */
function label({ id }: User): string {
  return `totp:${id}:`;
}

function tooManyGuesses(wait: number): Fault {
  const seconds = Math.max(1, Math.ceil(wait / 1000));
  return new Fault(
    'rate_limited',
    `Too many wrong one-time passwords: wait ${seconds} seconds. A passkey or a recovery code is taken at once.`,
    { retryAfter: seconds },
  );
}
