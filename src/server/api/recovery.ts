import { Type } from 'typebox';
import { actorOf } from '../../accounts/index.ts';
import { askerOf } from './access.ts';
import type { ApiParts } from './parts.ts';
import { assertInPerson } from './in-person.ts';
import type { ApiScope } from './scope.ts';
import { LinkSecret, Password } from './user-shapes.ts';

/** Ways back into an account, and proofs of an address. */
export function recoveryRoutes(app: ApiScope, { recovery }: ApiParts): void {
  app.post(
    '/password/forgot',
    {
      config: { access: 'anyone', limit: 'login' },
      schema: {
        tags: ['account'],
        summary: 'Ask for a link that sets a new password',
        description:
          'It goes to the verified address of the account. The answer does not tell whether there is such an account.',
        body: Type.Object({
          login: Type.String({
            maxLength: 1000,
            description: 'The user name, or the verified e-mail address.',
          }),
        }),
        response: { 202: Type.Null() },
      },
    },
    async (request, reply) => {
      await recovery.forgot(request.body.login, request.clientAddress);
      return reply.code(202).send(null);
    },
  );

  app.post(
    '/password/reset',
    {
      config: { access: 'anyone', limit: 'login' },
      schema: {
        tags: ['account'],
        summary: 'Set a new password with a link',
        description: 'Ends every session of the account. Its tokens stay.',
        body: Type.Object({ secret: LinkSecret, password: Password }),
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const { secret, password } = request.body;
      await recovery.reset(secret, password, request.clientAddress);
      return reply.code(204).send(null);
    },
  );

  app.post(
    '/me/email/verification',
    {
      config: { access: 'user', limit: 'login' },
      schema: {
        tags: ['account'],
        summary: 'Ask for a mail that verifies your address',
        response: { 202: Type.Null() },
      },
    },
    async (request, reply) => {
      const asker = askerOf(request);
      await recovery.sendVerification(asker.user, actorOf(asker));
      return reply.code(202).send(null);
    },
  );

  app.post(
    '/me/email/verified',
    {
      config: { access: 'user', limit: 'login' },
      schema: {
        tags: ['account'],
        summary: 'Verify your address with the link from the mail',
        description:
          'Needs a session: a token does not show that the person who reads the mail is the one with the account.',
        body: Type.Object({ secret: LinkSecret }),
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const asker = askerOf(request);
      assertInPerson(asker);
      await recovery.verify(request.body.secret, asker.user, actorOf(asker));
      return reply.code(204).send(null);
    },
  );
}
