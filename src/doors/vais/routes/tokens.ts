import type { FastifyInstance, FastifyRequest } from 'fastify';
import {
  actorOf,
  signedInWithPassword,
  type Accounts,
  type SignedIn,
  type TokenRow,
  type TokenScope,
  type User,
} from '../../../accounts/index.ts';
import { isoTime, systemClock } from '../../../kernel/index.ts';
import { readJson } from '../../small-body.ts';
import { VaisFault } from '../errors.ts';
import { fieldsOf, optionalText, refuse, text } from '../fields.ts';
import type { VaisDoorOptions } from '../options.ts';
import { accountHolder, assertFactor, logIn, signedIn } from '../signed-in.ts';
import { stableId } from '../stable-id.ts';

const DAY = 86_400_000;
const LONGEST_LIFE = 36_500;
const PAGE = 100;
/** What clients call them; every token may read besides. */
const SCOPES = ['publish', 'yank', 'admin'] as const;

/** Tokens for robots: protocols/vais 2. */
export function tokenRoutes(
  app: FastifyInstance,
  { accounts, secondFactors, storeId }: VaisDoorOptions,
): void {
  app.get('/auth/tokens', async (request, reply) => {
    const { user } = await signedIn(request);
    const tokens = await allTokens(accounts, user);
    const userId = stableId(storeId, 'user', user.id);
    return reply.header('cache-control', 'no-store').send(tokens.map((row) => entryShape(row, userId)));
  });

  app.post('/auth/tokens', async (request, reply) => {
    const asker = await accountHolder(request);
    const fields = fieldsOf(await readJson(request));
    const name = text(fields, 'name');
    const scopes = scopesFrom(fields['scopes']);
    const days = daysFrom(fields['expires_in_days']);
    const [otp, password] = [optionalText(fields, 'otp'), optionalText(fields, 'password')];
    const address = request.clientAddress;
    const holder =
      password === undefined
        ? asker
        : signedInWithPassword(await logIn(accounts, { name: asker.user.name, password, address }), address);
    await assertFactor(secondFactors, request, { user: holder.user, by: actorOf(holder), otp });
    const expiresAt = endOf(holder, days);
    const { token, row } = await accounts.deriveToken(holder, { name, scopes, expiresAt, shape: 'vais' });
    return reply.header('cache-control', 'no-store').send({ ...tokenShape(row), token });
  });

  app.delete('/auth/tokens/:id', async (request, reply) => {
    const { id } = request.params as { id: string };
    if (id === 'current') {
      await endOwnToken(accounts, request);
      return reply.code(204).send();
    }
    const holder = await accountHolder(request);
    const row = (await allTokens(accounts, holder.user)).find(
      ({ hash }) => tokenId(hash) === id.toLowerCase(),
    );
    if (row === undefined) throw new VaisFault('not_found', 'Token not found');
    await accounts.revokeToken(holder.user, row.hash, actorOf(holder));
    return reply.code(204).send();
  });
}

/** The token that asks: a log-out. Every token may do that to itself. */
async function endOwnToken(accounts: Accounts, request: FastifyRequest): Promise<void> {
  const holder = await signedIn(request);
  const token = (request.headers.authorization ?? '').trim().replace(/^bearer +/i, '');
  await accounts.revokeToken(holder.user, token, actorOf(holder));
}

/** All that still open something. */
async function allTokens(accounts: Accounts, user: User): Promise<TokenRow[]> {
  const rows: TokenRow[] = [];
  for (;;) {
    const { tokens, total } = await accounts.tokensOf(user, { limit: PAGE, offset: rows.length });
    rows.push(...tokens);
    if (tokens.length === 0 || rows.length >= total) return rows;
  }
}

function tokenShape({ hash, name, scopes, expiresAt }: TokenRow) {
  return {
    id: tokenId(hash),
    name,
    scopes: SCOPES.filter((scope) => scopes.includes(scope)),
    expires_at: timeOrNull(expiresAt),
  };
}

function entryShape(row: TokenRow, userId: string) {
  return {
    ...tokenShape(row),
    user_id: userId,
    last_used_at: timeOrNull(row.lastUsedAt),
    created_at: isoTime(row.createdAt),
  };
}

function tokenId(hash: string): string {
  return stableId('token', hash);
}

function timeOrNull(at: number | null): string | null {
  return at === null ? null : isoTime(at);
}

function scopesFrom(wanted: unknown): TokenScope[] {
  if (wanted === undefined || wanted === null) return ['read', 'publish', 'yank'];
  if (!Array.isArray(wanted)) throw refuse('scopes must be a list');
  const list: unknown[] = wanted;
  if (list.length === 0) return ['read', 'publish', 'yank'];
  return ['read', ...list.map(scopeFrom)];
}

function scopeFrom(wanted: unknown): TokenScope {
  const scope = SCOPES.find((one) => one === wanted);
  if (scope !== undefined) return scope;
  throw refuse(`a scope is one of ${SCOPES.join(', ')}`);
}

/** Never later than what was shown: a token that leaks for an hour must not have made itself permanent. Null: no end. */
function endOf({ expiresAt }: SignedIn, days: number | null): number | null {
  const wanted = days === null ? null : systemClock() + days * DAY;
  return expiresAt === null ? wanted : Math.min(expiresAt, wanted ?? expiresAt);
}

/** Null if they were not asked for. */
function daysFrom(wanted: unknown): number | null {
  if (wanted === undefined || wanted === null) return null;
  const days = Number(wanted);
  if (typeof wanted === 'number' && Number.isInteger(days) && days >= 1 && days <= LONGEST_LIFE) return days;
  throw refuse(`expires_in_days must be a whole number from 1 to ${LONGEST_LIFE}`);
}
