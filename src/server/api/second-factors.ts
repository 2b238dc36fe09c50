import { Type } from 'typebox';
import { actorOf, hasSecondFactor, type SecondFactors, type SignedIn } from '../../accounts/index.ts';
import { askerOf } from './access.ts';
import { assertInPerson } from './in-person.ts';
import type { ApiParts } from './parts.ts';
import { Time, timeText } from './schemas.ts';
import type { ApiScope } from './scope.ts';
import { OneTimePassword } from './user-shapes.ts';

const Mode = Type.Union([Type.Literal('auth-only'), Type.Literal('auth-and-writes')], {
  description: 'Asked for at log-ins and changes of the account, or also at every change of packages.',
});
const OldPassword = Type.String({ maxLength: 10_000 });
const RecoveryCodes = Type.Object({
  recoveryCodes: Type.Array(Type.String(), {
    description: 'Shown now and never again. Each works once. None where you have some already.',
  }),
});
const Standing = Type.Object({
  mode: Type.Union([Mode, Type.Null()]),
  totp: Type.Union([Type.Literal('off'), Type.Literal('pending'), Type.Literal('on')]),
  recoveryCodes: Type.Integer({ description: 'How many are left.' }),
  passkeys: Type.Array(
    Type.Object({
      id: Type.Integer(),
      name: Type.String(),
      createdAt: Time,
      usedAt: Type.Union([Time, Type.Null()]),
    }),
  ),
});
const PasskeyId = Type.Object({ id: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }) });

/** One's own second factors. Passkeys are made on the page `/-/account/security`. */
export function secondFactorRoutes(app: ApiScope, { accounts, secondFactors, publicUrl }: ApiParts): void {
  const tags = ['second factors'];
  /** Where who has to enrol can do so. */
  const config = { access: 'user', enrolling: true, limit: 'login' } as const;

  /** A thief with the token or an open browser has neither password nor factor. */
  const assertOwner = async (
    asker: SignedIn,
    { password, otp }: { password: string; otp?: string },
    address: string,
  ): Promise<void> => {
    assertInPerson(asker);
    await accounts.login(asker.user.name, password, address);
    await secondFactors.assertSecondFactor(asker.user, 'always', otp, actorOf(asker));
  };

  app.get(
    '/me/second-factors',
    {
      config: { access: 'user', enrolling: true },
      schema: { tags, summary: 'Read your second factors', response: { 200: Standing } },
    },
    (request) => standingShape(secondFactors, askerOf(request)),
  );

  app.post(
    '/me/second-factors/totp',
    {
      config,
      schema: {
        tags,
        summary: 'Set up an authenticator app',
        description: 'Nothing changes until a code of the app has confirmed it.',
        body: Type.Object({ password: OldPassword, otp: OneTimePassword, mode: Mode }),
        response: {
          201: Type.Object({
            secret: Type.String({ description: 'Base32, for apps that read no QR code.' }),
            url: Type.String({ description: 'otpauth://…, for the QR code.' }),
          }),
        },
      },
    },
    async (request, reply) => {
      const asker = askerOf(request);
      await assertOwner(asker, request.body, request.clientAddress);
      const host = publicUrl === undefined ? '' : ` ${new URL(publicUrl).hostname}`;
      const wish = { mode: request.body.mode, issuer: `Kontor${host}` };
      return reply.code(201).send(await secondFactors.beginTotp(asker.user, wish));
    },
  );

  app.post(
    '/me/second-factors/totp/confirmation',
    {
      config,
      schema: {
        tags,
        summary: 'Turn codes of an app on with the first of them',
        body: Type.Object({ code: Type.String({ maxLength: 200 }) }),
        response: { 200: RecoveryCodes },
      },
    },
    async (request) => {
      const asker = askerOf(request);
      assertInPerson(asker);
      const { code } = request.body;
      return { recoveryCodes: await secondFactors.confirmTotp(asker.user, code, actorOf(asker)) };
    },
  );

  app.post(
    '/me/second-factors/recovery-codes',
    {
      config,
      schema: {
        tags,
        summary: 'Make new recovery codes',
        description: 'All earlier ones end.',
        body: Type.Object({ password: OldPassword, otp: OneTimePassword }),
        response: { 200: RecoveryCodes },
      },
    },
    async (request) => {
      const asker = askerOf(request);
      await assertOwner(asker, request.body, request.clientAddress);
      return { recoveryCodes: await secondFactors.renewRecoveryCodes(asker.user, actorOf(asker)) };
    },
  );

  app.put(
    '/me/second-factors/mode',
    {
      config,
      schema: {
        tags,
        summary: 'Choose when it is asked for',
        body: Type.Object({ password: OldPassword, otp: OneTimePassword, mode: Mode }),
        response: { 200: Standing },
      },
    },
    async (request) => {
      const asker = askerOf(request);
      await assertOwner(asker, request.body, request.clientAddress);
      await secondFactors.setFactorMode(asker.user, request.body.mode, actorOf(asker));
      return standingShape(secondFactors, asker);
    },
  );

  app.delete(
    '/me/second-factors/totp',
    {
      config,
      schema: {
        tags,
        summary: 'Turn codes of an app off',
        body: Type.Object({ password: OldPassword, otp: OneTimePassword }),
        response: { 200: Standing },
      },
    },
    async (request) => {
      const asker = askerOf(request);
      await assertOwner(asker, request.body, request.clientAddress);
      await secondFactors.removeTotp(asker.user, actorOf(asker));
      return standingShape(secondFactors, asker);
    },
  );

  app.patch(
    '/me/second-factors/passkeys/:id',
    {
      config,
      schema: {
        tags,
        summary: 'Rename a passkey',
        params: PasskeyId,
        body: Type.Object({ name: Type.String({ maxLength: 1000 }) }),
        response: { 200: Standing },
      },
    },
    async (request) => {
      const asker = askerOf(request);
      assertInPerson(asker);
      await secondFactors.renamePasskey(asker.user, request.params.id, request.body.name, actorOf(asker));
      return standingShape(secondFactors, asker);
    },
  );

  app.delete(
    '/me/second-factors/passkeys/:id',
    {
      config,
      schema: {
        tags,
        summary: 'Remove a passkey',
        params: PasskeyId,
        body: Type.Object({ password: OldPassword, otp: OneTimePassword }),
        response: { 200: Standing },
      },
    },
    async (request) => {
      const asker = askerOf(request);
      await assertOwner(asker, request.body, request.clientAddress);
      await secondFactors.removePasskey(asker.user, request.params.id, actorOf(asker));
      return standingShape(secondFactors, asker);
    },
  );
}

async function standingShape(secondFactors: SecondFactors, { user }: SignedIn) {
  const [standing, passkeys] = await Promise.all([
    secondFactors.standingOf(user),
    secondFactors.passkeysOf(user),
  ]);
  return {
    mode: hasSecondFactor(standing) ? standing.mode : null,
    totp: standing.totp,
    recoveryCodes: standing.recoveryCodes,
    passkeys: passkeys.map(({ id, name, createdAt, usedAt }) => ({
      id,
      name,
      createdAt: timeText(createdAt),
      usedAt: usedAt === null ? null : timeText(usedAt),
    })),
  };
}
