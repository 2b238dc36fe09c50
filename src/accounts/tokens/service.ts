import { Fault } from '../../kernel/light/index.ts';
import type { Clock } from '../../kernel/index.ts';
import type { Actor } from '../../ledger/index.ts';
import { actorOf, type SignedIn } from '../principal.ts';
import type { User } from '../store.ts';
import { isWithin } from './addresses.ts';
import { assertMayIssue, checkTokenRequest, type Shown, type TokenRequest } from './requests.ts';
import { hashToken, looksLikeToken, newUserToken, tokenPrefix } from './secret.ts';
import type { TokenIdentity, TokenRow, TokenStore } from './store.ts';
import { TokenUses } from './uses.ts';

export interface IssuedToken {
  id: number;
  /** Shown now and never again: only its hash is stored. */
  token: string;
  /** As lists show it; its `hash` names it there. */
  row: TokenRow;
}

/** Long-lived keys to an account, made for a purpose. */
export interface Tokens {
  /**
   * A token for somebody whom the caller vouches for: they showed a password, or own the machine. Fault `bad_request` for a name,
   * scopes, limits or an expiry that make no sense; `forbidden` for the scope `admin` where the user is no administrator.
   */
  issueToken(user: User, request: TokenRequest, by: Actor): Promise<IssuedToken>;
  /** A token that may no more than the credentials it is asked for with. Faults as `issueToken`, and `forbidden`. */
  deriveToken(holder: SignedIn, request: TokenRequest, shown?: Shown): Promise<IssuedToken>;
  /**
   * Whom a token sent from this address speaks for. Fault `token_invalid`, the same for an unknown or revoked token and a disabled
   * user; `token_expired` for one that was good until its end; `address_refused` if the token is not for this address.
   */
  authenticate(token: string, address: string | null): Promise<SignedIn>;
  /** A page of the user's tokens that still open something, oldest first, and how many there are. */
  tokensOf(
    user: User,
    page: { limit: number; offset: number },
  ): Promise<{ tokens: TokenRow[]; total: number }>;
  /** Ends one of the user's tokens, named by its hash or by itself. Fault `not_found` if they have no such token. */
  revokeToken(user: User, hashOrToken: string, by: Actor): Promise<void>;
  /** Ends a token: whoever has it may. Whether there was one is not told. */
  logout(token: string, address: string | null): Promise<void>;
  /** Writes down which tokens were used since the last time. */
  reportTokenUses(): Promise<void>;
}

const HASH = /^[0-9a-f]{64}$/;

export function createTokens(store: TokenStore, clock: Clock): Tokens {
  const uses = new TokenUses(store, clock);

  async function create(
    user: User,
    request: TokenRequest,
    limits: TokenRow['limits'],
    by: Actor,
  ): Promise<IssuedToken> {
    const {
      name,
      description = null,
      scopes,
      bypassSecondFactor = false,
      expiresAt,
      shape = 'kontor',
    } = request;
    const token = newUserToken(shape);
    const hash = hashToken(token);
    const prefix = tokenPrefix(token);
    const at = clock();
    const shown = { hash, prefix, name, description, limits, bypassSecondFactor, expiresAt };
    const row = { ...shown, scopes: [...new Set(scopes)], createdAt: at, lastUsedAt: null };
    const id = await store.createToken({ ...shown, scopes: row.scopes, userId: user.id, at, by });
    return { id, token, row };
  }

  return {
    async issueToken(user, request, by) {
      return create(user, request, checkTokenRequest(request, user, clock()), by);
    },

    async deriveToken(holder, request, shown = {}) {
      const limits = checkTokenRequest(request, holder.user, clock());
      assertMayIssue(holder, request, limits, shown);
      return create(holder.user, request, limits, actorOf(holder));
    },

    async authenticate(token, address) {
      const found = looksLikeToken(token) ? await store.tokenByHash(hashToken(token)) : undefined;
      if (found === undefined || !isOpen(found)) {
        throw new Fault(
          'token_invalid',
          'This token is not valid (any more): log in again or ask for a new one.',
        );
      }
      const { user, scopes, tokenId, limits, expiresAt, bypassSecondFactor } = found;
      if (expiresAt !== null && expiresAt <= clock()) {
        throw new Fault('token_expired', 'This token has expired: log in again or ask for a new one.');
      }
      if (limits?.addresses !== undefined && !isWithin(address, limits.addresses)) {
        throw new Fault(
          'address_refused',
          'This token may not be used from your address: use it where it was made for, or ask for a new one.',
        );
      }
      uses.note(tokenId);
      return {
        kind: 'user',
        user,
        scopes,
        tokenId,
        limits,
        expiresAt,
        bypassSecondFactor,
        via: viaToken(tokenId),
        address,
      };
    },

    tokensOf: (user, page) => store.tokensOf({ userId: user.id, now: clock(), ...page }),

    async revokeToken(user, hashOrToken, by) {
      const hash = looksLikeToken(hashOrToken) ? hashToken(hashOrToken) : hashOrToken;
      const ended = HASH.test(hash) && (await store.revokeToken({ hash, userId: user.id, at: clock(), by }));
      if (!ended) throw new Fault('not_found', 'You have no such token (any more).');
    },

    async logout(token, address) {
      if (!looksLikeToken(token)) return;
      const hash = hashToken(token);
      const found = await store.tokenByHash(hash);
      if (!found) return;
      const { user, tokenId } = found;
      const by = { userId: user.id, name: user.name, via: viaToken(tokenId), address };
      await store.revokeToken({ hash, userId: user.id, at: clock(), by });
    },

    reportTokenUses: () => uses.flush(),
  };
}

function isOpen({ revokedAt, user }: TokenIdentity): boolean {
  return revokedAt === null && user.disabledAt === null;
}

function viaToken(id: number): string {
  return `token:${id}`;
}
