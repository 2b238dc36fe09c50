import { looksLikeToken } from '../accounts/index.ts';
import { Fault } from '../kernel/index.ts';
import { theCommandLine } from '../ledger/index.ts';
import { withKontor, type Context } from './context.ts';
import { allTokens } from './token-list.ts';

/** `id` may be the beginning of one, as long as only one token has it. */
export function tokenRevoke(context: Context, id: string, options: { user?: string }): Promise<number> {
  return withKontor(context, async ({ accounts }) => {
    const user = await accounts.operatorsChoice(options.user);
    const matching = looksLikeToken(id)
      ? [id]
      : (await allTokens(accounts, user)).map(({ hash }) => hash).filter((hash) => hash.startsWith(id));
    const [first, second] = matching;
    if (first === undefined) {
      throw new Fault('not_found', `${user.name} has no such token: kontor token list shows them.`);
    }
    if (second !== undefined) {
      throw new Fault('bad_request', 'Several tokens have an id that begins so: give more of it.');
    }
    await accounts.revokeToken(user, first, theCommandLine);
    return 0;
  });
}
