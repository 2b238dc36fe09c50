import { createHash, randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import type {
  AuthenticationResponseJSON,
  AuthenticatorTransport,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server';
import { Fault, isFault, sha256Hex, type Clock } from '../../kernel/index.ts';
import type { Actor } from '../../ledger/index.ts';
import type { User } from '../store.ts';
import { newRecoveryCodes, hashRecoveryCode } from './recovery-codes.ts';
import type { Passkey, PasskeyChallenge, SecondFactorMode, SecondFactorStore } from './store.ts';

/** Whom a passkey is made for: Web Authentication Level 2, section 4, «Relying Party Identifier». */
export interface RelyingParty {
  /** A host name. */
  id: string;
  /** The only place that may ask for it: scheme, host and port. */
  origin: string;
}

/** The relying party at this URL; undefined where the host is an address, which browsers make no passkeys for. */
export function relyingParty(url: string): RelyingParty | undefined {
  const { hostname, origin } = new URL(url);
  return isIP(hostname.replace(/^\[|\]$/g, '')) === 0 ? { id: hostname, origin } : undefined;
}

/** WebAuthn. What browsers are given and give back is JSON as `PublicKeyCredential` parses and prints it. */
export interface PasskeyService {
  passkeysOf(user: User): Promise<Passkey[]>;
  /** What `navigator.credentials.create` is to be called with. */
  passkeyCreation(user: User, party: RelyingParty): Promise<PublicKeyCredentialCreationOptionsJSON>;
  /** Faults `passkey_invalid`, `bad_request` for the name, `conflict`. The recovery codes, shown now and never again, if it is the first factor. */
  addPasskey(
    user: User,
    party: RelyingParty,
    made: { response: unknown; name: string; mode: SecondFactorMode },
    by: Actor,
  ): Promise<{ id: number; recoveryCodes: string[] }>;
  /** What `navigator.credentials.get` is to be called with. */
  passkeyRequest(user: User, party: RelyingParty): Promise<PublicKeyCredentialRequestOptionsJSON>;
  /** Fault `second_factor_wrong`. */
  assertPasskey(user: User, party: RelyingParty, response: unknown): Promise<void>;
  /** Faults `not_found`, `bad_request`. */
  renamePasskey(user: User, id: number, name: string, by: Actor): Promise<void>;
}

/** A person finds their key within this time, milliseconds. */
const CHALLENGE_LIFE = 5 * 60_000;
const NAME = /^[^\p{Cc}\p{Cf}\p{Cs}]{1,60}$/u;
/** Longer ones than any authenticator makes; the specification allows 1023 bytes. */
const MOST_PASSKEYS = 25;

export function createPasskeys(store: SecondFactorStore, storeId: string, clock: Clock): PasskeyService {
  async function newChallenge(userId: number, purpose: PasskeyChallenge['purpose']) {
    const challenge = randomBytes(32);
    const at = clock();
    const hash = sha256Hex(challenge.toString('base64url'));
    await store.startChallenge({ hash, userId, purpose, at, expiresAt: at + CHALLENGE_LIFE });
    return new Uint8Array(challenge);
  }

  const take = (userId: number, purpose: PasskeyChallenge['purpose']) => (challenge: string) =>
    store.takeChallenge({ hash: sha256Hex(challenge), userId, purpose, at: clock() });

  return {
    passkeysOf: ({ id }) => store.passkeysOf(id),

    async passkeyCreation(user, party) {
      const { generateRegistrationOptions } = await library();
      const known = await store.passkeysOf(user.id);
      if (known.length >= MOST_PASSKEYS) {
        throw new Fault('bad_request', `You have ${MOST_PASSKEYS} passkeys: remove one first.`);
      }
      return generateRegistrationOptions({
        rpName: 'Kontor',
        rpID: party.id,
        userName: user.name,
        userID: userHandle(storeId, user.id),
        challenge: await newChallenge(user.id, 'register'),
        timeout: CHALLENGE_LIFE,
        excludeCredentials: known.map(descriptor),
        // It is asked for besides a password, so that presence is enough.
        authenticatorSelection: { residentKey: 'discouraged', userVerification: 'discouraged' },
      });
    },

    async addPasskey(user, party, { response, name, mode }, by) {
      checkName(name);
      const { verifyRegistrationResponse } = await library();
      const result = await verifyRegistrationResponse({
        response: response as RegistrationResponseJSON,
        expectedChallenge: take(user.id, 'register'),
        expectedOrigin: party.origin,
        expectedRPID: party.id,
        requireUserVerification: false,
      }).catch((error: unknown) => {
        if (isFault(error)) throw error;
        throw new Fault('passkey_invalid', 'This passkey could not be checked: start again.', {
          cause: error,
        });
      });
      if (!result.verified) throw new Fault('passkey_invalid', 'This passkey is not right: start again.');
      const { credential } = result.registrationInfo;
      const codes = newRecoveryCodes();
      const added = await store.addPasskey({
        passkey: {
          userId: user.id,
          credentialId: credential.id,
          publicKey: credential.publicKey,
          counter: credential.counter,
          transports: (credential.transports ?? []).filter((transport) => /^[a-z-]{1,20}$/.test(transport)),
          name,
        },
        mode,
        recoveryHashes: codes.map((code) => hashRecoveryCode(user.id, code)),
        at: clock(),
        by,
      });
      return { id: added.id, recoveryCodes: added.codes ? codes : [] };
    },

    async passkeyRequest(user, party) {
      const { generateAuthenticationOptions } = await library();
      return generateAuthenticationOptions({
        rpID: party.id,
        challenge: await newChallenge(user.id, 'authenticate'),
        timeout: CHALLENGE_LIFE,
        userVerification: 'discouraged',
        allowCredentials: (await store.passkeysOf(user.id)).map(descriptor),
      });
    },

    async assertPasskey(user, party, response) {
      const { id } = (typeof response === 'object' && response !== null ? response : {}) as { id?: unknown };
      const passkey = (await store.passkeysOf(user.id)).find(({ credentialId }) => credentialId === id);
      if (passkey === undefined) throw wrong();
      const { verifyAuthenticationResponse } = await library();
      const result = await verifyAuthenticationResponse({
        response: response as AuthenticationResponseJSON,
        expectedChallenge: take(user.id, 'authenticate'),
        expectedOrigin: party.origin,
        expectedRPID: party.id,
        credential: {
          id: passkey.credentialId,
          publicKey: new Uint8Array(passkey.publicKey),
          counter: passkey.counter,
        },
        requireUserVerification: false,
      }).catch((error: unknown) => {
        throw isFault(error) ? error : wrong(error);
      });
      const { newCounter: counter } = result.authenticationInfo;
      const use = { credentialId: passkey.credentialId, counter, at: clock() };
      if (!result.verified || !(await store.usePasskey(use))) throw wrong();
    },

    async renamePasskey(user, id, name, by) {
      checkName(name);
      if (!(await store.renamePasskey({ userId: user.id, id, name, at: clock(), by })))
        throw unknownPasskey();
    },
  };
}

/** Loaded when somebody has a passkey: it costs a start half a second. */
function library() {
  return import('@simplewebauthn/server');
}

export function unknownPasskey(): Fault {
  return new Fault('not_found', 'You have no such passkey (any more).');
}

/** Stays the same for a user, so that an authenticator keeps one passkey for them, and says nothing about them (section 14.6.1). */
function userHandle(storeId: string, userId: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash('sha256').update(`kontor:user:${storeId}:${userId}`).digest());
}

function descriptor({ credentialId, transports }: Passkey) {
  return { id: credentialId, transports: transports as AuthenticatorTransport[] };
}

function checkName(name: string): void {
  if (NAME.test(name)) return;
  throw new Fault(
    'bad_request',
    'The name of a passkey has 1 to 60 characters, none of them a control character.',
  );
}

function wrong(cause?: unknown): Fault {
  return new Fault('second_factor_wrong', 'This passkey was not accepted: try again.', { cause });
}
