import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  actorOf,
  hasSecondFactor,
  type FactorStanding,
  type Profile,
  type SignedIn,
  type User,
} from '../../../accounts/index.ts';
import { isoTime } from '../../../kernel/index.ts';
import type { NpmDoorOptions } from '../options.ts';
import { profileChange } from '../profile-change.ts';
import { readJson } from '../request.ts';
import { assertFactor } from '../second-factor.ts';
import { secondFactorWish, type SecondFactorWish } from '../second-factor-wish.ts';
import { accountHolder, signedIn } from '../signed-in.ts';

/** `npm profile`: protocols/npm 4.5. Who has to enrol for a second factor first can do that here. */
export function profileRoutes(app: FastifyInstance, { accounts, secondFactors }: NpmDoorOptions): void {
  const send = async (
    reply: FastifyReply,
    user: User,
    more: { tfa?: unknown } = {},
  ): Promise<FastifyReply> => {
    const [profile, standing] = await Promise.all([accounts.profile(user), secondFactors.standingOf(user)]);
    return reply
      .header('cache-control', 'no-store')
      .send({ ...profileShape(profile), tfa: tfaShape(standing), ...more });
  };

  /** What `tfa` of the answer is; undefined: as it stands now. */
  const changeFactor = async (
    request: FastifyRequest,
    principal: SignedIn,
    wish: SecondFactorWish,
  ): Promise<unknown> => {
    const { user } = principal;
    const by = actorOf(principal);
    if (wish.kind === 'confirm') return secondFactors.confirmTotp(user, wish.code, by);
    await accounts.login(user.name, wish.password, request.clientAddress);
    await assertFactor(secondFactors, request, user, by);
    const { mode } = wish;
    if (mode === 'disable') {
      await secondFactors.disableSecondFactors(user, by);
      return undefined;
    }
    if (hasSecondFactor(await secondFactors.standingOf(user))) {
      await secondFactors.setFactorMode(user, mode, by);
      return undefined;
    }
    const issuer = `Kontor ${new URL(request.base).hostname}`;
    return (await secondFactors.beginTotp(user, { mode, issuer })).url;
  };

  app.get('/-/npm/v1/user', async (request, reply) => {
    const { user } = await signedIn(request, { enrolling: true });
    return send(reply, user);
  });

  app.post('/-/npm/v1/user', async (request, reply) => {
    const principal = await accountHolder(request, { enrolling: true });
    const { user } = principal;
    const body = await readJson(request);
    const wish = secondFactorWish(body);
    if (wish !== undefined) {
      const tfa = await changeFactor(request, principal, wish);
      return send(reply, user, tfa === undefined ? {} : { tfa });
    }
    await secondFactors.assertEnrolled(user);
    const change = profileChange(body);
    await assertFactor(secondFactors, request, user, actorOf(principal));
    await accounts.changeProfile(user, change, actorOf(principal));
    return send(reply, user);
  });
}

function tfaShape(standing: FactorStanding): false | { mode: string; pending: boolean } {
  const on = hasSecondFactor(standing);
  return on || standing.totp === 'pending' ? { mode: standing.mode, pending: !on } : false;
}

function profileShape({ name, email, emailVerified, createdAt, updatedAt, fields }: Profile) {
  return {
    name,
    email,
    email_verified: emailVerified,
    created: isoTime(createdAt),
    updated: isoTime(updatedAt),
    cidr_whitelist: null,
    ...fields,
  };
}
