import { Type } from 'typebox';
import { actorOf } from '../../accounts/index.ts';
import { Fault } from '../../kernel/index.ts';
import type { RegistryRow } from '../../registry/index.ts';
import { askerOf } from './access.ts';
import { MemberRole, MemberShape, memberShape, Name } from './organisation-shapes.ts';
import type { ApiParts } from './parts.ts';
import { Time, timeText } from './schemas.ts';
import type { ApiScope } from './scope.ts';

const tags = ['registries'];
const ONE = '/registries/:registry';
const One = Type.Object({ registry: Name });
const Visibility = Type.Union([Type.Literal('public'), Type.Literal('internal'), Type.Literal('private')], {
  description: 'Seen by everybody, by every user, or by its members.',
});
const Publish = Type.Union([Type.Literal('anyone'), Type.Literal('members'), Type.Literal('admins')], {
  description: 'Who may publish under new names: every user, its publishers, or administrators.',
});
const Organisation = Type.Union([Type.String(), Type.Null()], {
  description: 'Whose members have their roles in the registry too.',
});
const Registry = Type.Object({
  name: Type.String(),
  format: Type.String({ description: 'What kind of packages it holds, such as `npm`.' }),
  visibility: Visibility,
  publish: Publish,
  organisation: Organisation,
  createdAt: Time,
});
const Settings = {
  visibility: Type.Optional(Visibility),
  publish: Type.Optional(Publish),
  organisation: Type.Optional(Organisation),
};

/** The spaces of packages: who sees them and who publishes there. */
export function registryRoutes(app: ApiScope, parts: ApiParts): void {
  const { registries, createRegistry, accounts } = parts;

  app.get(
    '/registries',
    {
      config: { access: 'user' },
      schema: {
        tags,
        summary: 'List the registries',
        response: { 200: Type.Object({ registries: Type.Array(Registry) }) },
      },
    },
    async (request) => ({
      registries: (await registries.list(askerOf(request))).map((row) => registryShape(row)),
    }),
  );

  app.post(
    '/registries',
    {
      config: { access: 'administrator' },
      schema: {
        tags,
        summary: 'Make a registry',
        body: Type.Object({ name: Name, format: Type.String({ maxLength: 20 }), ...Settings }),
        response: { 201: Registry },
      },
    },
    async (request, reply) => {
      const { name, format, ...settings } = request.body;
      const change = await changeFrom(parts, settings);
      const row = await createRegistry(name, format, actorOf(askerOf(request)), change);
      return reply.code(201).send(registryShape(row));
    },
  );

  app.patch(
    ONE,
    {
      config: { access: 'user' },
      schema: {
        tags,
        summary: 'Change who sees a registry and publishes there',
        description: 'For administrators and owners of the registry.',
        params: One,
        body: Type.Object(Settings),
        response: { 200: Registry },
      },
    },
    async (request) => {
      const asker = askerOf(request);
      await registries.see(asker, request.params.registry);
      const change = await changeFrom(parts, request.body);
      return registryShape(await registries.change(asker, request.params.registry, change));
    },
  );

  app.get(
    `${ONE}/members`,
    {
      config: { access: 'user' },
      schema: {
        tags,
        summary: 'List the members of a registry',
        params: One,
        response: { 200: Type.Object({ members: Type.Array(MemberShape) }) },
      },
    },
    async (request) => {
      const members = await registries.members(askerOf(request), request.params.registry);
      return { members: members.map((member) => memberShape(member)) };
    },
  );

  const Member = Type.Object({ registry: Name, user: Name });
  const userId = async (name: string): Promise<number> => {
    const user = await accounts.find(name);
    if (user) return user.id;
    throw new Fault('user_unknown', `There is no user called ${JSON.stringify(name.slice(0, 80))}.`);
  };

  app.put(
    `${ONE}/members/:user`,
    {
      config: { access: 'user' },
      schema: {
        tags,
        summary: 'Add a member to a registry, or change a role',
        params: Member,
        body: Type.Object({ role: MemberRole }),
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const { registry, user } = request.params;
      const asker = askerOf(request);
      await registries.see(asker, registry);
      const { role } = request.body;
      await registries.setMember(asker, registry, { userId: await userId(user), role });
      return reply.code(204).send(null);
    },
  );

  app.delete(
    `${ONE}/members/:user`,
    {
      config: { access: 'user' },
      schema: {
        tags,
        summary: 'Take a member out of a registry',
        params: Member,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const { registry, user } = request.params;
      const asker = askerOf(request);
      await registries.see(asker, registry);
      await registries.setMember(asker, registry, { userId: await userId(user), role: null });
      return reply.code(204).send(null);
    },
  );
}

interface Wish {
  visibility?: RegistryRow['visibility'];
  publish?: RegistryRow['publish'];
  organisation?: string | null;
}

async function changeFrom({ organisations }: ApiParts, { organisation, ...change }: Wish) {
  if (organisation === undefined) return change;
  const organisationId = organisation === null ? null : (await organisations.known(organisation)).id;
  return { ...change, organisationId };
}

function registryShape({ name, format, visibility, publish, organisation, createdAt }: RegistryRow) {
  return { name, format, visibility, publish, organisation, createdAt: timeText(createdAt) };
}
