import type {
  AccountStore,
  ProfileFields,
  TokenIdentity,
  TokenRow,
  UserWithPassword,
} from '../../src/accounts/index.ts';
import { Fault } from '../../src/kernel/index.ts';
import { memoryWebLogins } from './memory-web-logins.ts';

export interface MemoryAccountStore extends AccountStore {
  users: UserWithPassword[];
  /** By hash. */
  tokens: Map<string, Omit<TokenIdentity, 'user'> & TokenRow & { userId: number }>;
  /** How many calls reached the store. */
  queries: number;
}

const noFields = { fullname: null, homepage: null, freenode: null, twitter: null, github: null };

/** Users and tokens in arrays that a test can look into and change. */
export function memoryAccountStore(): MemoryAccountStore {
  const users: UserWithPassword[] = [];
  const tokens: MemoryAccountStore['tokens'] = new Map();
  const profiles = new Map<number, { updatedAt: number; fields: Partial<ProfileFields> }>();
  const byName = (name: string) => users.find((user) => user.name.toLowerCase() === name.toLowerCase());
  const byId = (id: number) => {
    const found = users.find((user) => user.id === id);
    if (!found) return undefined;
    const { passwordHash: _, ...user } = found;
    return user;
  };
  const profileOf = (id: number) => {
    const user = byId(id);
    const { updatedAt = user?.createdAt ?? 0, fields } = profiles.get(id) ?? {};
    return user && { ...user, emailVerified: false, updatedAt, fields: { ...noFields, ...fields } };
  };
  const createToken: AccountStore['createToken'] = async ({ userId, at, by: _by, ...token }) => {
    store.queries++;
    if (!byId(userId)) throw new Error('no such user');
    const tokenId = tokens.size + 1;
    const description = token.description ?? null;
    tokens.set(token.hash, {
      limits: null,
      bypassSecondFactor: false,
      ...token,
      tokenId,
      userId,
      description,
      createdAt: at,
      revokedAt: null,
      lastUsedAt: null,
    });
    return tokenId;
  };
  const store: MemoryAccountStore = {
    ...memoryWebLogins(createToken),
    users,
    tokens,
    queries: 0,
    async createUser({ at, by: _by, emailVerified: _verified, ...rest }) {
      store.queries++;
      if (byName(rest.name)) throw new Fault('user_exists', `A user named ${rest.name} exists.`);
      const { passwordHash, ...user } = { ...rest, id: users.length + 1, createdAt: at, disabledAt: null };
      users.push({ ...user, passwordHash });
      return user;
    },
    async userByName(name) {
      store.queries++;
      const found = byName(name);
      return found && { ...found };
    },
    async userById(id) {
      store.queries++;
      return byId(id);
    },
    async countUsers() {
      store.queries++;
      return users.length;
    },
    async administrators() {
      store.queries++;
      return users
        .filter(({ role, disabledAt }) => role === 'administrator' && disabledAt === null)
        .flatMap(({ id }) => byId(id) ?? []);
    },
    createToken,
    async tokenByHash(hash) {
      store.queries++;
      const found = tokens.get(hash);
      const user = found && byId(found.userId);
      if (!found || !user) return undefined;
      const { tokenId, scopes, limits, bypassSecondFactor, expiresAt, revokedAt } = found;
      return { tokenId, scopes, limits, bypassSecondFactor, expiresAt, revokedAt, user };
    },
    async tokensOf({ userId, now, limit, offset }) {
      store.queries++;
      const live = [...tokens.values()].filter(
        (token) =>
          token.userId === userId &&
          token.revokedAt === null &&
          (token.expiresAt === null || token.expiresAt > now),
      );
      const page = live.slice(offset, offset + limit);
      return {
        tokens: page.map(({ userId: _user, tokenId: _id, revokedAt: _revoked, ...row }) => row),
        total: live.length,
      };
    },
    async revokeToken({ hash, userId, at }) {
      store.queries++;
      const found = tokens.get(hash);
      if (!found || found.revokedAt !== null || (userId !== null && found.userId !== userId)) return false;
      found.revokedAt = at;
      return true;
    },
    async recordTokenUses(uses) {
      store.queries++;
      for (const { tokenId, at } of uses) {
        for (const token of tokens.values()) if (token.tokenId === tokenId) token.lastUsedAt = at;
      }
    },
    async changePassword({ userId, oldHash, newHash, at }) {
      store.queries++;
      const found = users.find(({ id, passwordHash }) => id === userId && passwordHash === oldHash);
      if (!found) return false;
      found.passwordHash = newHash;
      profiles.set(userId, { fields: {}, ...profiles.get(userId), updatedAt: at });
      return true;
    },
    async profileOf(userId) {
      store.queries++;
      return profileOf(userId);
    },
    async updateProfile({ userId, email, fields, at }) {
      store.queries++;
      const found = users.find(({ id }) => id === userId);
      if (!found) throw new Fault('not_found', 'There is no such user.');
      if (email !== undefined) found.email = email;
      profiles.set(userId, { updatedAt: at, fields: { ...profiles.get(userId)?.fields, ...fields } });
      return profileOf(userId) ?? { ...found, emailVerified: false, updatedAt: at, fields: noFields };
    },
  };
  return store;
}
