import type { AccountStore, TokenIdentity, UserWithPassword } from '../../src/accounts/index.ts';
import { Fault } from '../../src/kernel/index.ts';

export interface MemoryAccountStore extends AccountStore {
  users: UserWithPassword[];
  /** By hash. */
  tokens: Map<string, Omit<TokenIdentity, 'user'> & { userId: number }>;
  /** How many calls reached the store. */
  queries: number;
}

/** Users and tokens in arrays that a test can look into and change. */
export function memoryAccountStore(): MemoryAccountStore {
  const users: UserWithPassword[] = [];
  const tokens: MemoryAccountStore['tokens'] = new Map();
  const byName = (name: string) => users.find((user) => user.name.toLowerCase() === name.toLowerCase());
  const byId = (id: number) => {
    const found = users.find((user) => user.id === id);
    if (!found) return undefined;
    const { passwordHash: _, ...user } = found;
    return user;
  };
  const store: MemoryAccountStore = {
    users,
    tokens,
    queries: 0,
    async createUser({ at, ...rest }) {
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
    async createToken({ userId, hash, scopes, expiresAt }) {
      store.queries++;
      if (!byId(userId)) throw new Error('no such user');
      const tokenId = tokens.size + 1;
      tokens.set(hash, { tokenId, userId, scopes, expiresAt, revokedAt: null });
      return tokenId;
    },
    async tokenByHash(hash) {
      store.queries++;
      const found = tokens.get(hash);
      const user = found && byId(found.userId);
      if (!found || !user) return undefined;
      const { userId: _, ...identity } = found;
      return { ...identity, user };
    },
  };
  return store;
}
