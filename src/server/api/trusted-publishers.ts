import { Type } from 'typebox';
import { actorOf, sessionIdOf, type SignedIn, type TrustedPublisher } from '../../accounts/index.ts';
import { askerOf } from './access.ts';
import { Name } from './organisation-shapes.ts';
import type { ApiParts } from './parts.ts';
import { Time, timeText } from './schemas.ts';
import type { ApiScope } from './scope.ts';
import { OneTimePassword } from './user-shapes.ts';

const tags = ['packages'];
const PUBLISHING = '/registries/:registry/packages/:name/publishing';
const RULES = '/registries/:registry/packages/:name/trusted-publishers';
const Package = Type.Object({
  registry: Name,
  name: Type.String({ maxLength: 214, description: 'Percent-encoded: `@acme%2fdemo`.' }),
});
const Condition = Type.Union([
  Type.String({ maxLength: 500 }),
  Type.Object({ file: Type.String({ maxLength: 500 }) }),
]);
const Permission = Type.Union([Type.Literal('createPackage'), Type.Literal('createStagedPackage')]);
const Rule = Type.Object({
  id: Type.String(),
  type: Type.Union([Type.Literal('github'), Type.Literal('gitlab'), Type.Literal('oidc')]),
  issuer: Type.String(),
  audience: Type.Union([Type.String(), Type.Null()], { description: 'Null: `npm:` and the host name.' }),
  claims: Type.Record(Type.String(), Condition),
  permissions: Type.Array(Permission),
  createdAt: Time,
  createdBy: Type.Union([Type.String(), Type.Null()]),
});

/** Which jobs may publish a package, and whether anybody else may. */
export function trustedPublisherRoutes(app: ApiScope, { registries, trust, secondFactors }: ApiParts): void {
  /** A session has shown it at log-in; a token, which somebody may have found, has not. */
  const assertFactor = async (asker: SignedIn, otp: string | undefined): Promise<void> => {
    if (sessionIdOf(asker) !== undefined) return;
    await secondFactors.assertSecondFactor(asker.user, 'always', otp, actorOf(asker));
  };

  app.get(
    PUBLISHING,
    {
      config: { access: 'user' },
      schema: {
        tags,
        summary: 'How versions get into a package',
        params: Package,
        response: {
          200: Type.Object({
            trustedOnly: Type.Boolean({ description: 'Do versions come from trusted publishers only?' }),
            trustedPublishers: Type.Array(Rule),
          }),
        },
      },
    },
    async (request) => {
      const asker = askerOf(request);
      const { registry, name } = request.params;
      const rules = await trust.rules(await registries.see(asker, registry), name, asker);
      return {
        trustedOnly: rules.trustedOnly,
        trustedPublishers: rules.trustedPublishers.map((rule) => ruleShape(rule)),
      };
    },
  );

  app.patch(
    PUBLISHING,
    {
      config: { access: 'user' },
      schema: {
        tags,
        summary: 'Let only trusted publishers publish versions, or others too',
        params: Package,
        body: Type.Object({ trustedOnly: Type.Boolean(), otp: OneTimePassword }),
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const asker = askerOf(request);
      const { registry, name } = request.params;
      const row = await registries.see(asker, registry);
      await trust.assertMay(row, name, asker);
      await assertFactor(asker, request.body.otp);
      await trust.setTrustedOnly(row, name, asker, request.body.trustedOnly);
      return reply.code(204).send(null);
    },
  );

  app.post(
    RULES,
    {
      config: { access: 'user' },
      schema: {
        tags,
        summary: 'Add a trusted publisher',
        params: Package,
        body: Type.Object({
          type: Type.String({ maxLength: 40, description: '`github`, `gitlab` or `oidc`.' }),
          issuer: Type.Optional(Type.String({ maxLength: 500, description: 'For type `oidc`.' })),
          audience: Type.Optional(Type.String({ maxLength: 500, description: 'For type `oidc`.' })),
          claims: Type.Record(Type.String(), Condition, {
            description:
              'Type `oidc` takes patterns: `*` stands for anything but a slash, `**` for anything.',
          }),
          permissions: Type.Array(Type.String({ maxLength: 40 }), { maxItems: 10 }),
          otp: OneTimePassword,
        }),
        response: { 201: Rule },
      },
    },
    async (request, reply) => {
      const asker = askerOf(request);
      const { registry, name } = request.params;
      const row = await registries.see(asker, registry);
      await trust.assertMay(row, name, asker);
      const { otp, ...wish } = request.body;
      await assertFactor(asker, otp);
      return reply.code(201).send(ruleShape(await trust.add(row, name, asker, wish)));
    },
  );

  app.delete(
    `${RULES}/:id`,
    {
      config: { access: 'user' },
      schema: {
        tags,
        summary: 'Remove a trusted publisher',
        description: 'Its tokens end in the same moment.',
        params: Type.Object({ ...Package.properties, id: Type.String({ maxLength: 100 }) }),
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const asker = askerOf(request);
      const { registry, name, id } = request.params;
      await trust.remove(await registries.see(asker, registry), name, asker, id);
      return reply.code(204).send(null);
    },
  );
}

function ruleShape(rule: Omit<TrustedPublisher, 'packageId'>) {
  const { id, type, issuer, audience, claims, permissions, createdAt, createdBy } = rule;
  return { id, type, issuer, audience, claims, permissions, createdAt: timeText(createdAt), createdBy };
}
