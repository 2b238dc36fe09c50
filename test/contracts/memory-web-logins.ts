import type { NewToken, NewWebLogin, WebLoginStore } from '../../src/accounts/index.ts';
import { Fault } from '../../src/kernel/index.ts';
import { theServer } from '../../src/ledger/index.ts';

/** Logins under way in an array. */
export function memoryWebLogins(createToken: (token: NewToken) => Promise<number>): WebLoginStore {
  let logins: (NewWebLogin & { userId: number | null })[] = [];
  const live = (at: number) => logins.filter(({ expiresAt }) => expiresAt > at);
  const openAt = (pageHash: string, at: number) =>
    live(at).find((login) => login.pageHash === pageHash && login.userId === null);
  return {
    async startWebLogin(login) {
      logins = live(login.at);
      if (logins.length >= login.most) throw new Fault('unavailable', 'Too many logins are under way.');
      logins.push({ ...login, userId: null });
    },
    async openWebLogin(pageHash, now) {
      const found = openAt(pageHash, now);
      return found && { create: found.create, client: found.client };
    },
    async approveWebLogin({ pageHash, userId, at }) {
      const found = openAt(pageHash, at);
      if (!found) return false;
      found.userId = userId;
      return true;
    },
    async webLoginState(doneHash, now) {
      const found = live(now).find((login) => login.doneHash === doneHash);
      return found && (found.userId === null ? 'waiting' : 'approved');
    },
    async redeemWebLogin({ doneHash, token }) {
      const found = live(token.at).find((login) => login.doneHash === doneHash);
      if (!found || found.userId === null) return false;
      logins = logins.filter((login) => login !== found);
      await createToken({ ...token, userId: found.userId, by: theServer });
      return true;
    },
  };
}
