import { Type } from 'typebox';
import { Fault } from '../../kernel/index.ts';
import type { NewOwner, Transfer } from '../../registry/index.ts';
import { askerOf } from './access.ts';
import { Name } from './organisation-shapes.ts';
import type { ApiParts } from './parts.ts';
import { Time, timeText } from './schemas.ts';
import type { ApiScope } from './scope.ts';

const tags = ['packages'];
const PACKAGE = '/registries/:registry/packages/:name';
const Package = Type.Object({
  registry: Name,
  name: Type.String({ maxLength: 214, description: 'Percent-encoded: `@acme%2fdemo`.' }),
});
const Grant = Type.Object({ ...Package.properties, organisation: Name, team: Name });
const Level = Type.Union([Type.Literal('read'), Type.Literal('write')]);
const Visibility = Type.Union([Type.Literal('public'), Type.Literal('internal'), Type.Literal('private')], {
  description: 'Seen by everybody, by every user, or by those who were given rights.',
});
const TransferShape = Type.Object({
  registry: Type.String(),
  name: Type.String(),
  to: Type.Object({
    kind: Type.Union([Type.Literal('user'), Type.Literal('organisation')]),
    name: Type.String(),
  }),
  offeredBy: Type.Union([Type.String(), Type.Null()]),
  createdAt: Time,
  expiresAt: Time,
});

/** Who sees and owns a package. */
export function packageAccessRoutes(app: ApiScope, parts: ApiParts): void {
  const { registries, sharing, publisher, organisations } = parts;

  app.put(
    `${PACKAGE}/visibility`,
    {
      config: { access: 'user' },
      schema: {
        tags,
        summary: 'Say who may see a package',
        params: Package,
        body: Type.Object({ visibility: Visibility }),
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const asker = askerOf(request);
      const { registry, name } = request.params;
      const { visibility } = request.body;
      await publisher.setVisibility(await registries.see(asker, registry), asker, { name, visibility });
      return reply.code(204).send(null);
    },
  );

  app.get(
    `${PACKAGE}/collaborators`,
    {
      config: { access: 'user' },
      schema: {
        tags,
        summary: 'List who may read or publish a package',
        description: 'Only its owners for who may not publish it.',
        params: Package,
        response: { 200: Type.Object({ collaborators: Type.Record(Type.String(), Level) }) },
      },
    },
    async (request) => {
      const asker = askerOf(request);
      const { registry, name } = request.params;
      const collaborators = await sharing.collaborators(await registries.see(asker, registry), asker, name);
      if (collaborators) return { collaborators };
      throw new Fault('package_not_found', `There is no package ${JSON.stringify(name)} here.`);
    },
  );

  app.put(
    `${PACKAGE}/teams/:organisation/:team`,
    {
      config: { access: 'user' },
      schema: {
        tags,
        summary: 'Grant a team a package',
        params: Grant,
        body: Type.Object({ access: Level }),
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const asker = askerOf(request);
      const { registry, name, organisation, team: teamName } = request.params;
      const team = await organisations.team(asker, organisation, teamName);
      const grant = { name, organisation, team, access: request.body.access };
      await sharing.grant(await registries.see(asker, registry), asker, grant);
      return reply.code(204).send(null);
    },
  );

  app.delete(
    `${PACKAGE}/teams/:organisation/:team`,
    {
      config: { access: 'user' },
      schema: { tags, summary: 'Take a package from a team', params: Grant, response: { 204: Type.Null() } },
    },
    async (request, reply) => {
      const asker = askerOf(request);
      const { registry, name, organisation, team: teamName } = request.params;
      const team = await organisations.team(asker, organisation, teamName);
      const grant = { name, organisation, team, access: null };
      await sharing.grant(await registries.see(asker, registry), asker, grant);
      return reply.code(204).send(null);
    },
  );

  app.put(
    `${PACKAGE}/transfer`,
    {
      config: { access: 'user' },
      schema: {
        tags,
        summary: 'Offer a package to a user or an organisation',
        description:
          'It changes hands when the user, or somebody who may publish for the organisation, accepts within two weeks.',
        params: Package,
        body: Type.Object({ user: Type.Optional(Name), organisation: Type.Optional(Name) }),
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const asker = askerOf(request);
      const { registry, name } = request.params;
      const { to, toName } = await newOwner(parts, request.body);
      await sharing.offer(await registries.see(asker, registry), asker, { name, to, toName });
      return reply.code(204).send(null);
    },
  );

  app.post(
    `${PACKAGE}/transfer`,
    {
      config: { access: 'user' },
      schema: {
        tags,
        summary: 'Accept or decline a package',
        params: Package,
        body: Type.Object({ accept: Type.Boolean() }),
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const asker = askerOf(request);
      const { registry, name } = request.params;
      const { accept } = request.body;
      await sharing.answerOffer(await registries.see(asker, registry), asker, { name, accept });
      return reply.code(204).send(null);
    },
  );

  app.get(
    '/me/transfers',
    {
      config: { access: 'user' },
      schema: {
        tags,
        summary: 'List the packages that you may accept',
        response: { 200: Type.Object({ transfers: Type.Array(TransferShape) }) },
      },
    },
    async (request) => ({
      transfers: (await sharing.offersTo(askerOf(request))).map((transfer) => transferShape(transfer)),
    }),
  );
}

async function newOwner(
  { accounts, organisations }: ApiParts,
  { user, organisation }: { user?: string; organisation?: string },
): Promise<{ to: NewOwner; toName: string }> {
  if ((user === undefined) === (organisation === undefined)) {
    throw new Fault('bad_request', 'Name the user or the organisation that is to get it: one of both.');
  }
  if (user !== undefined) {
    const found = await accounts.find(user);
    if (found) return { to: { userId: found.id }, toName: found.name };
    throw new Fault('user_unknown', `There is no user called ${JSON.stringify(user.slice(0, 80))}.`);
  }
  const { id, name } = await organisations.known(organisation ?? '');
  return { to: { organisationId: id }, toName: name };
}

function transferShape(transfer: Transfer) {
  const { createdAt, expiresAt } = transfer;
  return { ...transfer, createdAt: timeText(createdAt), expiresAt: timeText(expiresAt) };
}
