import { Type } from 'typebox';
import { actorOf, linkPath } from '../../accounts/index.ts';
import { baseUrl } from '../http/base-url.ts';
import { askerOf } from './access.ts';
import type { ApiParts } from './parts.ts';
import { timeText } from './schemas.ts';
import type { ApiScope } from './scope.ts';
import {
  Email,
  LinkSecret,
  LinkShape,
  Password,
  Role,
  UserName,
  UserShape,
  userShape,
} from './user-shapes.ts';

const Named = Type.Object({ name: UserName });
const Listed = Type.Object({ ...UserShape.properties, emailVerified: Type.Boolean() });
const OptionalEmail = Type.Optional(Type.Union([Email, Type.Null()]));

/** Making an account, and looking after those of others. */
export function userRoutes(app: ApiScope, { registration, recovery, users, publicUrl }: ApiParts): void {
  app.post(
    '/users',
    {
      config: { access: 'anyone', limit: 'login' },
      schema: {
        tags: ['account'],
        summary: 'Register',
        description: 'Where the server is open to everybody, or with an invitation.',
        body: Type.Object({
          name: UserName,
          password: Password,
          email: OptionalEmail,
          invitation: Type.Optional(LinkSecret),
        }),
        response: { 201: Type.Object({ user: UserShape }) },
      },
    },
    async (request, reply) => {
      const { email = null, ...account } = request.body;
      const user = await registration.register({ ...account, email }, request.clientAddress);
      return reply.code(201).send({ user: userShape(user) });
    },
  );

  app.get(
    '/users',
    {
      config: { access: 'administrator' },
      schema: {
        tags: ['users'],
        summary: 'List users',
        querystring: Type.Object({
          after: Type.Optional(
            Type.String({ maxLength: 100, description: 'The last name of the page before.' }),
          ),
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
          role: Type.Optional(Role),
          disabled: Type.Optional(Type.Boolean()),
        }),
        response: {
          200: Type.Object({
            users: Type.Array(Listed),
            next: Type.Union([Type.String(), Type.Null()], { description: '`after` of the next page.' }),
          }),
        },
      },
    },
    async ({ query: { after = null, limit = 100, role, disabled } }) => {
      const rows = await users.list({
        after,
        limit: limit + 1,
        ...(role !== undefined && { role }),
        ...(disabled !== undefined && { disabled }),
      });
      const page = rows.slice(0, limit);
      return {
        users: page.map((row) => listed(row)),
        next: rows.length > limit ? (page.at(-1)?.name ?? null) : null,
      };
    },
  );

  app.get(
    '/users/:name',
    {
      config: { access: 'administrator' },
      schema: { tags: ['users'], summary: 'Read a user', params: Named, response: { 200: Listed } },
    },
    async (request) => listed(await users.find(request.params.name)),
  );

  app.put(
    '/users/:name',
    {
      config: { access: 'administrator' },
      schema: {
        tags: ['users'],
        summary: 'Make a user',
        description: 'Their address counts as verified.',
        params: Named,
        body: Type.Object({ password: Password, email: OptionalEmail, role: Type.Optional(Role) }),
        response: { 201: Type.Object({ user: UserShape }) },
      },
    },
    async (request, reply) => {
      const { password, email = null, role = 'user' } = request.body;
      const account = { name: request.params.name, password, email, role };
      const user = await users.create(account, actorOf(askerOf(request)));
      return reply.code(201).send({ user: userShape(user) });
    },
  );

  app.patch(
    '/users/:name',
    {
      config: { access: 'administrator' },
      schema: {
        tags: ['users'],
        summary: "Change a user's role, disable or enable them",
        params: Named,
        body: Type.Object({ role: Type.Optional(Role), disabled: Type.Optional(Type.Boolean()) }),
        response: { 200: Listed },
      },
    },
    async (request) => {
      const { name } = request.params;
      const { role, disabled } = request.body;
      const by = actorOf(askerOf(request));
      if (role !== undefined) await users.setRole(name, role, by);
      if (disabled !== undefined) await (disabled ? users.disable(name, by) : users.enable(name, by));
      return listed(await users.find(name));
    },
  );

  app.delete(
    '/users/:name',
    {
      config: { access: 'administrator' },
      schema: {
        tags: ['users'],
        summary: 'Delete a user',
        description:
          'Their packages stay. The heir becomes an owner of all of them; without one, you of those that nobody else owns. The name is never given again.',
        params: Named,
        querystring: Type.Object({ heir: Type.Optional(UserName) }),
        response: {
          200: Type.Object({
            inherited: Type.Integer({ description: 'How many packages have got a new owner.' }),
          }),
        },
      },
    },
    async (request) => {
      const { heir } = request.query;
      return users.remove(request.params.name, { heir }, actorOf(askerOf(request)));
    },
  );

  app.post(
    '/users/:name/reset-link',
    {
      config: { access: 'administrator' },
      schema: {
        tags: ['users'],
        summary: 'Make a link that sets a new password',
        description: 'For you to hand over, where mail cannot.',
        params: Named,
        response: { 201: LinkShape },
      },
    },
    async (request, reply) => {
      const link = await recovery.makeResetLink(request.params.name, actorOf(askerOf(request)));
      const url = `${baseUrl(request.raw, publicUrl)}${linkPath('reset', link.secret)}`;
      return reply.code(201).send({ url, expiresAt: timeText(link.expiresAt) });
    },
  );
}

function listed(row: Parameters<typeof userShape>[0] & { emailVerified: boolean }) {
  return { ...userShape(row), emailVerified: row.emailVerified };
}
