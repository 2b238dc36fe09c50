import { Type } from 'typebox';
import { actorOf, type Profile, type ProfileFields, type SignedIn } from '../../accounts/index.ts';
import { askerOf } from './access.ts';
import { assertInPerson } from './in-person.ts';
import type { ApiParts } from './parts.ts';
import { Time, timeText } from './schemas.ts';
import type { ApiScope } from './scope.ts';
import { Email, OneTimePassword, Password, UserShape, userShape } from './user-shapes.ts';

const Text = Type.Union([Type.String({ maxLength: 1000 }), Type.Null()]);
const Fields = { fullname: Text, homepage: Text, freenode: Text, twitter: Text, github: Text };

const Me = Type.Object({
  ...UserShape.properties,
  emailVerified: Type.Boolean(),
  ...Fields,
  updatedAt: Time,
  scopes: Type.Array(Type.String(), { description: 'What the credentials of this request allow.' }),
  via: Type.String({
    description: 'How they showed who you are, such as `password`, `token:7` or `session:12`.',
  }),
});

/** One's own account. */
export function meRoutes(app: ApiScope, { accounts, recovery, secondFactors }: ApiParts): void {
  app.get(
    '/me',
    {
      config: { access: 'user', enrolling: true },
      schema: { tags: ['account'], summary: 'Read your account', response: { 200: Me } },
    },
    async (request) => {
      const asker = askerOf(request);
      return meShape(asker, await accounts.profile(asker.user));
    },
  );

  app.patch(
    '/me',
    {
      config: { access: 'user' },
      schema: {
        tags: ['account'],
        summary: 'Change your account',
        description:
          'What is not named stays. Another e-mail address needs the password, and is verified by a mail.',
        body: Type.Object({
          email: Type.Optional(Type.Union([Email, Type.Null()])),
          password: Type.Optional(Type.String({ maxLength: 10_000 })),
          fullname: Type.Optional(Text),
          homepage: Type.Optional(Text),
          freenode: Type.Optional(Text),
          twitter: Type.Optional(Text),
          github: Type.Optional(Text),
        }),
        response: { 200: Me },
      },
    },
    async (request) => {
      const asker = askerOf(request);
      const { email, password, ...fields } = request.body;
      if (email !== undefined) {
        assertInPerson(asker);
        await accounts.login(asker.user.name, password ?? '', request.clientAddress);
      }
      const change = {
        ...(email !== undefined && { email }),
        fields: fields satisfies Partial<ProfileFields>,
      };
      const by = actorOf(asker);
      const profile = await accounts.changeProfile(asker.user, change, by);
      const isNew = email !== undefined && email !== null && !profile.emailVerified;
      if (isNew && recovery.mails) await recovery.sendVerification(profile, by);
      return meShape(asker, profile);
    },
  );

  app.put(
    '/me/password',
    {
      config: { access: 'user', limit: 'login' },
      schema: {
        tags: ['account'],
        summary: 'Change your password',
        description: 'Ends your other sessions. Your tokens stay.',
        body: Type.Object({ old: Type.String({ maxLength: 10_000 }), new: Password, otp: OneTimePassword }),
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const asker = askerOf(request);
      const by = actorOf(asker);
      assertInPerson(asker);
      await secondFactors.assertSecondFactor(asker.user, 'always', request.body.otp, by);
      const { old, new: next } = request.body;
      await accounts.changeProfile(asker.user, { fields: {}, password: { old, new: next } }, by);
      return reply.code(204).send(null);
    },
  );
}

function meShape({ scopes, via }: SignedIn, profile: Profile) {
  const { emailVerified, fields, updatedAt } = profile;
  return { ...userShape(profile), emailVerified, ...fields, updatedAt: timeText(updatedAt), scopes, via };
}
