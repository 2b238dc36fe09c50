import type { Actor } from '../../ledger/index.ts';

/**
 * When the factor is asked for: at log-ins and changes of the account and its tokens, or at every change of packages too.
 * The words are npm's.
 */
export type SecondFactorMode = 'auth-only' | 'auth-and-writes';

/** What a user has to show besides the password or token. */
export interface FactorStanding {
  mode: SecondFactorMode;
  /** `pending`: a secret was given out, and no code has shown that it arrived. */
  totp: 'off' | 'pending' | 'on';
  passkeys: number;
  recoveryCodes: number;
}

export interface TotpRow {
  /** As given to `enrolTotp`. */
  secret: string;
  confirmedAt: number | null;
  /** The mode that it was enrolled with. */
  mode: SecondFactorMode;
}

export interface NewPasskey {
  userId: number;
  /** Base64url, as the browser names it. */
  credentialId: string;
  /** COSE key. */
  publicKey: Uint8Array;
  counter: number;
  /** How the browser may reach it, such as `usb` or `internal`. */
  transports: string[];
  name: string;
}

export interface Passkey extends NewPasskey {
  id: number;
  createdAt: number;
  usedAt: number | null;
}

/** What a first factor brings: recovery codes, unless there are some. */
interface Enrolment {
  recoveryHashes: string[];
  at: number;
  by: Actor;
}

/** Second factors at rest. Each change of them writes an event; a check writes none. */
export interface SecondFactorStore {
  /** One query. A user without any factor stands with everything off. */
  standingOf(userId: number): Promise<FactorStanding>;
  totpOf(userId: number): Promise<TotpRow | undefined>;
  /** Keeps a secret that still has to be confirmed, in place of an earlier one. False if one is confirmed already. */
  enrolTotp(totp: { userId: number; secret: string; mode: SecondFactorMode; at: number }): Promise<boolean>;
  /**
   * Makes the pending `secret` count from now on, and `step` used. False if it is not what is pending (any more). `codes`: the
   * recovery codes were taken over.
   */
  confirmTotp(
    confirmation: Enrolment & { userId: number; secret: string; step: number },
  ): Promise<{ done: boolean; codes: boolean }>;
  /** Marks a step as used and ends delays. False if that step or a later one was used before. */
  useTotp(use: { userId: number; step: number; at: number }): Promise<boolean>;
  /**
   * Counts a guess before anybody knows whether it is right, so that guesses at several replicas at once are counted too.
   * Returns when the user's next guess may be made if it may not be made now; this one is then not counted.
   */
  admitGuess(guess: { userId: number; at: number }): Promise<{ waitUntil: number | null }>;
  /** True for exactly one caller. Ends delays. */
  useRecoveryCode(use: { userId: number; hash: string; at: number; by: Actor }): Promise<boolean>;
  /** Puts these in place of all earlier ones. */
  replaceRecoveryCodes(change: { userId: number; hashes: string[]; at: number; by: Actor }): Promise<void>;
  setFactorMode(change: { userId: number; mode: SecondFactorMode; at: number; by: Actor }): Promise<void>;
  /** Ends codes from an app, also pending ones; recovery codes go with the last factor. False if there was nothing. */
  removeTotp(removal: { userId: number; at: number; by: Actor }): Promise<boolean>;
  /** Ends everything. False if there was nothing. */
  removeFactors(removal: { userId: number; at: number; by: Actor }): Promise<boolean>;

  passkeysOf(userId: number): Promise<Passkey[]>;
  /** Fault `conflict` for a credential that is known, of anybody. `mode` counts if it is the first factor. */
  addPasskey(
    passkey: Enrolment & { passkey: NewPasskey; mode: SecondFactorMode },
  ): Promise<{ id: number; codes: boolean }>;
  /**
   * Notes a use. False if the signature counter did not grow, which tells of a copied authenticator (WebAuthn section 6.1.1); one
   * that stays at zero does not count. Ends delays.
   */
  usePasskey(use: { credentialId: string; counter: number; at: number }): Promise<boolean>;
  /** False if the user has no such passkey. */
  renamePasskey(change: {
    userId: number;
    id: number;
    name: string;
    at: number;
    by: Actor;
  }): Promise<boolean>;
  /** Recovery codes go with the last factor. False if the user has no such passkey. */
  removePasskey(removal: { userId: number; id: number; at: number; by: Actor }): Promise<boolean>;

  /** Removes what has expired. */
  startChallenge(challenge: PasskeyChallenge & { expiresAt: number; at: number }): Promise<void>;
  /** True for exactly one caller. */
  takeChallenge(challenge: PasskeyChallenge & { at: number }): Promise<boolean>;

  /** Removes what has expired, and the user's oldest prompts beyond `most`. */
  startPrompt(prompt: NewFactorPrompt): Promise<void>;
  openPrompt(pageHash: string, now: number): Promise<FactorPrompt | undefined>;
  /** True for exactly one caller: the prompt is answered. It lasts until `expiresAt` from now on. */
  passPrompt(pass: { pageHash: string; at: number; expiresAt: number }): Promise<boolean>;
  promptState(doneHash: string, now: number): Promise<'waiting' | 'passed' | undefined>;
  /** Turns an answered prompt into a pass, once. */
  redeemPrompt(redemption: {
    doneHash: string;
    passHash: string;
    at: number;
    expiresAt: number;
  }): Promise<boolean>;
  /** True for exactly one caller. */
  usePass(use: { userId: number; passHash: string; at: number }): Promise<boolean>;
}

/** What a passkey is to sign. */
export interface PasskeyChallenge {
  /** SHA-256 hex of the challenge. */
  hash: string;
  userId: number;
  purpose: 'register' | 'authenticate';
}

export interface FactorPrompt {
  userId: number;
  /** `client`: a client waits for it at its done URL; `page`: a page goes on with it. */
  purpose: 'client' | 'page';
  passed: boolean;
}

export interface NewFactorPrompt extends FactorPrompt {
  /** SHA-256 hex of the secret in the page's URL or form, and of the one that the client polls with. */
  pageHash: string;
  doneHash: string | null;
  at: number;
  expiresAt: number;
  /** How many prompts a user may have. */
  most: number;
}
