import { randomUUID } from 'node:crypto';
import { hashToken, MACHINE_PREFIX, newToken } from '../../../src/accounts/tokens/secret.ts';
import type { OrganisationRole, TokenLimits, TokenScope, User } from '../../../src/accounts/index.ts';
import { theServer } from '../../../src/ledger/index.ts';
import { loadConfig, openKontor, type Kontor } from '../../../src/server/index.ts';
import { startInProcess, type CollectedRoute, type InProcess } from '../../setup/in-process.ts';
import { publish } from '../../setup/publish.ts';
import { publishVais } from '../../setup/vais-packages.ts';
import { publishZig } from '../../setup/zig-packages.ts';

/** Everybody has it. */
export const PASSWORD = 'a long pass phrase that all share';

/** Somebody who sends requests, and what is true of them. */
export interface Caller {
  name: string;
  /** As a bearer token; null: without credentials. */
  token: string | null;
  user: User | null;
  /** The credentials are no good. */
  bad?: true;
  /** What their token is for; a session is for all that its user may. */
  scopes: readonly TokenScope[];
  /** Their token is for another package only. */
  elsewhere?: true;
  /** A job of somebody's continuous integration, trusted by another package. */
  machine?: true;
  /** They may administer; what they do as such takes the scope `admin` too. */
  administrator?: true;
  /** They have logged in with their password: the credentials are a session. */
  inPerson?: true;
  /** What they are to the packages below. */
  owner?: true;
  role?: OrganisationRole;
}

export type Visibility = 'public' | 'internal' | 'private';

export type Owning = 'organisation' | 'user';
/** Registries that packages are made in. */
export type RegistryName = 'npm' | 'zig' | 'vais';

export interface World {
  server: InProcess;
  kontor: Kontor;
  callers: Caller[];
  routes(): CollectedRoute[];
  /** A package with the version 1.0.0 that nobody has used yet; of the organisation or of one user. */
  freshPackage(of: Owning, visibility?: Visibility, registry?: RegistryName): Promise<string>;
  /** Of the content of a Zig package of these. */
  hashOf(name: string): string;
  /** A user whom nobody has used yet; a reader of the organisation if that is asked for. */
  freshUser(as?: 'member'): Promise<User>;
  /** Name of a team of the organisation that nobody has used yet. */
  freshTeam(): Promise<string>;
  stop(): Promise<void>;
}

/** What a token is for that a client asks for. */
const everyday: readonly TokenScope[] = ['read', 'publish', 'yank'];

function bad(name: string, token: string): Caller {
  return { name, token, user: null, bad: true, scopes: [] };
}

const ELSEWHERE = 'another-package';

const ROLES: readonly OrganisationRole[] = ['owner', 'maintainer', 'publisher', 'reader'];
const ORGANISATION = 'acme';

export async function createWorld(): Promise<World> {
  const server = await startInProcess({ KONTOR_REGISTRATION: 'open', KONTOR_RATE_LIMITS: 'off' });
  const config = loadConfig({ env: { KONTOR_DATA: server.data }, cwd: server.data });
  const kontor = await openKontor(config, { create: false });
  const { accounts, store } = kontor;
  let made = 0;

  const user = (name: string, role: User['role'] = 'user') =>
    accounts.register({ name, password: PASSWORD, role }, theServer);
  const token = async (of: User, scopes: readonly TokenScope[], limits: TokenLimits | null = null) =>
    (await accounts.issueToken(of, { name: 'test', scopes, limits, expiresAt: null }, theServer)).token;
  const caller = async (of: User, more: Partial<Caller> = {}): Promise<Caller> => {
    const { scopes = everyday } = more;
    const limits = more.elsewhere ? { packages: [ELSEWHERE] } : null;
    return { name: of.name, user: of, token: await token(of, scopes, limits), scopes, ...more };
  };

  const [chef, owner, plain, gone] = [
    await user('chef', 'administrator'),
    await user('the-owner'),
    await user('plain'),
    await user('gone'),
  ];
  const members = new Map<OrganisationRole, User>();
  for (const role of ROLES) members.set(role, await user(`org-${role}`));
  const first = members.get('owner') ?? chef;
  const command = { by: theServer, administrator: true, at: Date.now() };
  const organisation = await store.organisations.create({
    ...command,
    name: ORGANISATION,
    description: '',
    ownerId: first.id,
  });
  for (const [role, { id: userId }] of members) {
    await store.organisations.setMember({ ...command, organisationId: organisation.id, userId, role });
  }

  const callers: Caller[] = [
    { name: 'nobody', token: null, user: null, scopes: [] },
    bad('garbage', 'ktr_garbage'),
    bad('a token of a disabled user', await token(gone, everyday)),
    bad('an expired token', await endedToken(kontor, owner, 'expired')),
    bad('a revoked token', await endedToken(kontor, owner, 'revoked')),
    bad('a token from a foreign address', await token(owner, everyday, { addresses: ['192.0.2.0/24'] })),
    await caller(plain),
    await caller(plain, { name: 'plain, reading', scopes: ['read'] }),
    await caller(owner, { owner: true }),
    await caller(owner, { name: 'the-owner, reading', owner: true, scopes: ['read'] }),
    await caller(owner, { name: 'the-owner, publishing', owner: true, scopes: ['publish'] }),
    await caller(owner, { name: 'the-owner, yanking', owner: true, scopes: ['read', 'yank'] }),
    await caller(owner, { name: 'the-owner, elsewhere', owner: true, elsewhere: true }),
    await caller(chef, { administrator: true, scopes: [...everyday, 'admin'] }),
    await caller(chef, { name: 'chef, every day', administrator: true }),
    await caller(chef, { name: 'chef, reading', administrator: true, scopes: ['read', 'admin'] }),
  ];
  for (const [of, administrator] of [
    [plain, false],
    [chef, true],
  ] as const) {
    callers.push({
      name: `${of.name}, in person`,
      user: of,
      token: await logIn(server.url, of.name),
      inPerson: true,
      scopes: administrator ? [...everyday, 'admin'] : everyday,
      ...(administrator && { administrator: true }),
    });
  }
  for (const [role, member] of members) callers.push(await caller(member, { role }));
  await store.users.disable({ userId: gone.id, at: Date.now(), by: theServer });
  callers.push(await machine(server, kontor, await token(owner, everyday), owner));
  // The routes of the API are there from the first request on.
  await fetch(`${server.url}/-/api/v1/me`);

  const [ownerToken, memberToken] = [await token(owner, everyday), await token(first, everyday)];
  const registries = await kontor.catalogue.registries();
  const hashes = new Map<string, string>();
  const publishIn: Record<RegistryName, (of: Owning, by: string) => Promise<[name: string, status: number]>> =
    {
      npm: async (of, by) => {
        const name = of === 'user' ? `demo-${(made += 1)}` : `@${ORGANISATION}/demo-${(made += 1)}`;
        return [name, (await publish(server, by, name, '1.0.0')).status];
      },
      zig: async (_of, by) => {
        const name = `demo-${(made += 1)}`;
        const { status, body } = await publishZig(server, by, { name: name.replaceAll('-', '_') });
        hashes.set(name, String(body['hash']));
        return [name, status];
      },
      vais: async (_of, by) => {
        const name = `demo-${(made += 1)}`;
        return [name, (await publishVais(server, by, { name })).status];
      },
    };
  return {
    server,
    kontor,
    callers,
    routes: () => server.routes(),
    freshUser: async (as) => {
      const somebody = await user(`somebody-${(made += 1)}`);
      const membership = { organisationId: organisation.id, userId: somebody.id, role: 'reader' as const };
      if (as === 'member') await store.organisations.setMember({ ...command, ...membership });
      return somebody;
    },
    freshTeam: async () => {
      const name = `team-${(made += 1)}`;
      await store.organisations.createTeam({
        ...command,
        organisationId: organisation.id,
        name,
        description: '',
      });
      return name;
    },
    freshPackage: async (of, visibility = 'public', where = 'npm') => {
      const registry = registries.find(({ name }) => name === where);
      if (registry === undefined) throw new Error(`there is no registry ${where}`);
      const [name, status] = await publishIn[where](of, of === 'user' ? ownerToken : memberToken);
      if (status >= 300) throw new Error(`${name} could not be published: ${status}`);
      const at = Date.now();
      const change = (type: string) => ({
        registryId: registry.id,
        name,
        actorId: chef.id,
        overrideOwnership: true,
        at,
        event: { type, at, actor: theServer, registry: where, package: name, version: null, detail: {} },
      });
      // Its names have no scope that would say so.
      if (of === 'organisation' && where !== 'npm') {
        const owners = { owners: [], organisationId: organisation.id, expectedRevision: null };
        await kontor.catalogue.setOwners({ ...change('package.owners'), ...owners });
      }
      await kontor.catalogue.setVisibility({ ...change('package.visibility'), visibility });
      return name;
    },
    hashOf: (name) => hashes.get(name) ?? '',
    stop: async () => {
      await kontor.close();
      await server.stop();
    },
  };
}

async function endedToken(
  { accounts, store }: Kontor,
  user: User,
  how: 'expired' | 'revoked',
): Promise<string> {
  const expiresAt = how === 'expired' ? Date.now() + 500 : null;
  const issued = await accounts.issueToken(
    user,
    { name: how, scopes: ['read', 'publish'], expiresAt },
    theServer,
  );
  if (how === 'expired') await new Promise((resolve) => setTimeout(resolve, 600));
  else
    await store.accounts.revokeToken({
      hash: issued.row.hash,
      userId: user.id,
      at: Date.now(),
      by: theServer,
    });
  return issued.token;
}

/** A job that another package of the owner's trusts. */
async function machine(
  server: InProcess,
  { store, catalogue }: Kontor,
  token: string,
  owner: User,
): Promise<Caller> {
  await publish(server, token, ELSEWHERE, '1.0.0');
  const registry = (await catalogue.registries())[0];
  if (registry === undefined) throw new Error('there is no registry');
  const at = Date.now();
  const id = randomUUID();
  const place = { registry: registry.name, package: ELSEWHERE, version: null };
  await store.trustedPublishing.add({
    registryId: registry.id,
    name: ELSEWHERE,
    actorId: owner.id,
    overrideOwnership: false,
    at,
    event: { type: 'package.trust', at, actor: theServer, ...place, detail: {} },
    id,
    rule: {
      type: 'oidc',
      issuer: 'https://issuer.example.com',
      audience: null,
      claims: { sub: 'demo' },
      permissions: ['createPackage'],
    },
    most: 10,
  });
  const secret = newToken(MACHINE_PREFIX);
  await store.machines.issueMachineToken({
    hash: hashToken(secret),
    trust: [{ id, lastingId: null }],
    label: 'a job',
    claims: {},
    seen: null,
    seenUntil: 0,
    at,
    expiresAt: at + 3_600_000,
    events: [],
  });
  return { name: 'a job, elsewhere', token: secret, user: null, machine: true, scopes: [] };
}

/** A session, as the web has it. */
export async function logIn(url: string, name: string): Promise<string> {
  const response = await fetch(`${url}/-/api/v1/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ login: name, password: PASSWORD }),
  });
  if (response.status !== 201) throw new Error(`${name} could not log in: ${response.status}`);
  return ((await response.json()) as { token: string }).token;
}
