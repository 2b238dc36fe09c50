import type { FastifyInstance } from 'fastify';
import { actorOf, type TokenRow } from '../../../accounts/index.ts';
import { isoTime, systemClock } from '../../../kernel/index.ts';
import type { NpmDoorOptions } from '../options.ts';
import { queryNumber } from '../../query.ts';
import { readJson } from '../request.ts';
import { assertFactor } from '../second-factor.ts';
import { accountHolder, signedIn } from '../signed-in.ts';
import { tokenWish } from '../token-wish.ts';

const DAY = 86_400_000;
const PAGE = 100;

/** `npm token` and `npm logout`: protocols/npm 4.3 and 4.6. */
export function tokenRoutes(app: FastifyInstance, { accounts, secondFactors }: NpmDoorOptions): void {
  // Whoever has a token may end it, also one that is no good any more: npm forgets it only after a 2xx.
  app.delete('/-/user/token/:token', async (request) => {
    const { token } = request.params as { token: string };
    await accounts.logout(token, request.clientAddress);
    return { ok: true };
  });

  app.get('/-/npm/v1/tokens', async (request, reply) => {
    const { user } = await signedIn(request);
    const perPage = Math.min(Math.max(queryNumber(request, 'perPage', PAGE), 1), PAGE);
    const page = queryNumber(request, 'page', 0);
    const { tokens, total } = await accounts.tokensOf(user, { limit: perPage, offset: page * perPage });
    const url = (to: number) => `${request.base}/-/npm/v1/tokens?perPage=${perPage}&page=${to}`;
    return reply.header('cache-control', 'no-store').send({
      objects: tokens.map(tokenShape),
      total,
      urls: {
        ...((page + 1) * perPage < total && { next: url(page + 1) }),
        ...(page > 0 && { prev: url(page - 1) }),
      },
    });
  });

  app.post('/-/npm/v1/tokens', async (request, reply) => {
    const holder = await signedIn(request);
    const { password, days, ...wish } = tokenWish(await readJson(request));
    await accounts.login(holder.user.name, password, request.clientAddress);
    await assertFactor(secondFactors, request, holder.user, actorOf(holder));
    const expiresAt = days === null ? null : systemClock() + days * DAY;
    const { token, row } = await accounts.deriveToken(holder, { ...wish, expiresAt }, { password: true });
    return reply
      .code(201)
      .header('cache-control', 'no-store')
      .send({ ...tokenShape(row), token });
  });

  // Asks for no second factor: it can only take rights away, and a leaked token must be gone at once.
  app.delete('/-/npm/v1/tokens/token/:key', async (request, reply) => {
    const principal = await accountHolder(request);
    const { key } = request.params as { key: string };
    await accounts.revokeToken(principal.user, key, actorOf(principal));
    return reply.code(204).send();
  });
}

/** `token` is its beginning only; npm finds by it which of them a whole token is. */
function tokenShape(row: TokenRow) {
  return {
    token: row.prefix,
    key: row.hash,
    name: row.name,
    ...(row.description !== null && { description: row.description }),
    cidr_whitelist: row.limits?.addresses ?? null,
    readonly: !row.scopes.some((scope) => scope !== 'read'),
    automation: row.bypassSecondFactor,
    bypass_2fa: row.bypassSecondFactor,
    ...reachShape(row.limits),
    created: isoTime(row.createdAt),
    updated: isoTime(row.createdAt),
    expires: row.expiresAt === null ? null : isoTime(row.expiresAt),
    last_used: row.lastUsedAt === null ? null : isoTime(row.lastUsedAt),
  };
}

function reachShape(limits: TokenRow['limits']) {
  return {
    ...(limits?.packages && { packages: limits.packages }),
    ...(limits?.organisations && { orgs: limits.organisations }),
    ...(limits?.registries && { registries: limits.registries }),
  };
}
