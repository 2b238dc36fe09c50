import type { TokenRow, User } from '../accounts/index.ts';
import { isoTime } from '../kernel/index.ts';
import { withKontor, type Context } from './context.ts';
import type { Kontor } from './server-face.ts';
import { json, table } from './table.ts';

export interface ListTokensOptions {
  user?: string;
  json?: boolean;
}

/** Characters of the id that lists show; `token revoke` takes as many as tell a token apart. */
const SHORT_ID = 12;
const PAGE = 500;

export function tokenList(context: Context, options: ListTokensOptions): Promise<number> {
  return withKontor(context, async ({ accounts }) => {
    const user = await accounts.operatorsChoice(options.user);
    const tokens = await allTokens(accounts, user);
    context.io.out(options.json ? json(tokens.map(shape)) : table([TITLES, ...tokens.map(cells)]));
    return 0;
  });
}

/** Every token of a user that still opens something. */
export async function allTokens(accounts: Kontor['accounts'], user: User): Promise<TokenRow[]> {
  const all: TokenRow[] = [];
  for (;;) {
    const { tokens } = await accounts.tokensOf(user, { limit: PAGE, offset: all.length });
    all.push(...tokens);
    if (tokens.length < PAGE) return all;
  }
}

function shape({ hash, prefix, createdAt, expiresAt, lastUsedAt, limits, ...row }: TokenRow) {
  return {
    id: hash,
    token: prefix,
    ...row,
    limits: limits ?? {},
    createdAt: isoTime(createdAt),
    expiresAt: expiresAt === null ? null : isoTime(expiresAt),
    lastUsedAt: lastUsedAt === null ? null : isoTime(lastUsedAt),
  };
}

const TITLES = ['ID', 'TOKEN', 'NAME', 'MAY', 'ONLY', 'EXPIRES', 'LAST USED'];

function cells({ hash, prefix, name, scopes, limits, expiresAt, lastUsedAt }: TokenRow): string[] {
  const only = Object.values(limits ?? {}).flat() as string[];
  return [
    hash.slice(0, SHORT_ID),
    `${prefix}…`,
    name,
    scopes.join(','),
    only.join(',') || '-',
    day(expiresAt),
    day(lastUsedAt),
  ];
}

function day(at: number | null): string {
  return at === null ? '-' : isoTime(at).slice(0, 10);
}
