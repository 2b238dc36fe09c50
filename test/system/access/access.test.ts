import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apiRows } from './api-rows.ts';
import { npmRows } from './npm-rows.ts';
import { pantryRows } from './pantry-rows.ts';
import { vaisRows } from './vais-rows.ts';
import { zigRows } from './zig-rows.ts';
import { form, SECRET, type Row, type Target } from './row.ts';
import { rules, type Verdict } from './rules.ts';
import type { User } from '../../../src/accounts/index.ts';
import { createWorld, logIn, type Caller, type RegistryName, type Visibility, type World } from './world.ts';

interface Table {
  of: string;
  inside: string;
  outside: string;
  rows: Record<string, Row>;
  /** Where the packages are that its requests are about; npm unless given. */
  registry?: RegistryName;
}

/** Every place where routes are, and the tables that say who may use them. */
const tables = [
  { of: 'the npm door', inside: '/~npm/:registry', outside: '/npm', rows: npmRows },
  { of: 'the pantry door', inside: '/~pantry/:registry', outside: '/pantry', rows: pantryRows },
  { of: 'the Zig door', inside: '/~zig/:registry', outside: '/zig', rows: zigRows, registry: 'zig' },
  { of: 'the Vais door', inside: '/~vais/:registry', outside: '/vais', rows: vaisRows, registry: 'vais' },
  { of: 'the API', inside: '/-/api/v1', outside: '/-/api/v1', rows: apiRows },
  {
    of: 'the server',
    inside: '',
    outside: '',
    rows: {
      'GET /health': { rule: 'open', path: '/health' },
      'GET /ready': { rule: 'open', path: '/ready' },
      'GET /-/api/openapi.json': { rule: 'open', path: '/-/api/openapi.json' },
      // Without an identity token: the exchange itself is tested with a real issuer.
      'POST /-/npm/v1/oidc/token/exchange/package/:name': {
        rule: 'open',
        path: '/-/npm/v1/oidc/token/exchange/package/demo',
        ok: [401, 403],
      },
      'GET /-/account/security': { rule: 'open', path: '/-/account/security' },
      'POST /-/account/security': {
        rule: 'open',
        path: '/-/account/security',
        headers: ({ world }) => ({ ...form, origin: world.server.url }),
        body: () => 'name=plain&password=wrong',
        ok: [401],
      },
      ...Object.fromEntries(
        ['reset', 'verify', 'register'].flatMap((page) => [
          [
            `GET /-/account/${page}/:secret`,
            { rule: 'open', path: `/-/account/${page}/${SECRET}`, ok: [404] },
          ],
          [
            `POST /-/account/${page}/:secret`,
            {
              rule: 'open',
              path: `/-/account/${page}/${SECRET}`,
              headers: ({ world }: Target) => ({ ...form, origin: world.server.url }),
              body: () => 'name=x&password=y',
              ok: [404],
            },
          ],
        ]),
      ),
      'GET /-/api/*': { rule: 'open', path: '/-/api/v0/nothing', ok: [404] },
    } satisfies Record<string, Row>,
  },
] satisfies Table[];

const cases = tables.flatMap(({ of, outside, rows, registry = 'npm' }: Table) =>
  Object.entries(rows).map(([route, row]) => ({ of, route, outside, row, registry })),
);

const aboutPackages: ReadonlySet<string> = new Set([
  'reader',
  'publisher',
  'marker',
  'pantryPublisher',
  'maintainer',
  'reviser',
  'yanker',
  'remover',
  'userReader',
]);
const everyVisibility: readonly Visibility[] = ['public', 'internal', 'private'];

let world: World;
let shared: Map<string, string>;
beforeAll(async () => {
  world = await createWorld();
  shared = new Map();
  for (const of of ['organisation', 'user'] as const) {
    for (const visibility of everyVisibility) {
      for (const registry of ['npm', 'zig', 'vais'] as const) {
        const name = await world.freshPackage(of, visibility, registry);
        shared.set(`${registry} ${of} ${visibility}`, name);
      }
    }
  }
}, 120_000);
afterAll(() => world.stop());

test('every route that runs has a row that says who may use it, and every row a route', () => {
  const known = new Set(
    tables.flatMap(({ inside, rows }) => Object.keys(rows).map((key) => key.replace(' ', ` ${inside}`))),
  );
  const running = world
    .routes()
    // A HEAD is its GET; what leads nowhere leads nowhere by any method.
    .filter(({ method, url }) => method !== 'HEAD' && (method === 'GET' || !url.endsWith('/*')))
    .map(({ method, url }) => `${method} ${url}`);
  expect(
    running.filter((route) => !known.has(route)),
    'routes without a row',
  ).toEqual([]);
  expect(
    [...known].filter((route) => !running.includes(route)),
    'rows without a route',
  ).toEqual([]);
});

/** What nobody has used yet: a request that was refused has not, or the next one with it fails. */
const unused = new Map<string, string[]>();
const unusedUsers: User[] = [];

async function targetFor(
  caller: Caller,
  { row, registry }: { row: Row; registry: RegistryName },
  visibility: Visibility,
): Promise<Target & { putBack(): void }> {
  const of = caller.role === undefined ? 'user' : 'organisation';
  const kind = `${registry} ${of} ${visibility}`;
  const name = row.changes
    ? (unused.get(kind)?.pop() ?? (await world.freshPackage(of, visibility, registry)))
    : (shared.get(kind) ?? '');
  const isUsed = row.changesUser || row.changes || row.rule === 'open';
  const somebody = isUsed ? (unusedUsers.pop() ?? (await world.freshUser())) : await theSame();
  const file = `${name.replace(/^@.*\//, '')}-1.0.0.tgz`;
  const putBack = () => {
    if (row.changes) unused.set(kind, [...(unused.get(kind) ?? []), name]);
    if (isUsed) unusedUsers.push(somebody);
  };
  return { world, caller, name, encoded: name.replace('/', '%2f'), file, somebody, putBack };
}

let same: ReturnType<World['freshUser']> | undefined;
const theSame = () => (same ??= world.freshUser());

async function ask(
  method: string,
  outside: string,
  row: Row,
  target: Target,
): Promise<{ status: number; code: string }> {
  const path = typeof row.path === 'string' ? row.path : await row.path(target);
  const body = await row.body?.(target);
  const { inPerson, user } = target.caller;
  const token =
    row.logsOut && inPerson ? await logIn(world.server.url, user?.name ?? '') : target.caller.token;
  const response = await fetch(`${world.server.url}${outside}${path}`, {
    method,
    headers: {
      ...(token !== null && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...row.headers?.(target),
    },
    ...(body !== undefined && {
      body: sendable(body, row),
    }),
  });
  const text = await response.text();
  return { status: response.status, code: response.ok ? '' : codeOf(text) };
}

function sendable(body: unknown, { headers }: Row): string | Uint8Array<ArrayBuffer> {
  if (body instanceof Uint8Array) return new Uint8Array(body);
  return typeof body === 'string' && headers ? body : JSON.stringify(body);
}

/** As a door writes it, or the API. */
function codeOf(text: string): string {
  const told = (text.startsWith('{') ? JSON.parse(text) : {}) as Record<string, string | undefined>;
  return told['code'] ?? told['title'] ?? sentences[told['error'] ?? ''] ?? told['error'] ?? '';
}

/** Some doors tell no codes: protocols/pantry 2, protocols/vais 2. */
const sentences: Record<string, string> = {
  Unauthorized: 'unauthenticated',
  'Token expired': 'token_expired',
  'Authorization required': 'unauthenticated',
  'Invalid token': 'token_invalid',
  'Token has expired': 'token_expired',
  'Token does not have publish permission': 'token_invalid',
  'This token may not be used from your address: use it where it was made for, or ask for a new one.':
    'address_refused',
};

/** Codes of a 401 that say who somebody is not. */
const STRANGER: ReadonlySet<string> = new Set([
  'unauthenticated',
  'token_invalid',
  'token_expired',
  'address_refused',
]);

function isMet(verdict: Verdict, { status, code }: { status: number; code: string }, { ok }: Row): boolean {
  switch (verdict) {
    case 'yes':
      return ok?.includes(status) === true || (ok === undefined && status >= 200 && status < 300);
    case 'no':
      return status === 401 || status === 403;
    case 401:
      return status === 401 && STRANGER.has(code);
    default:
      return status === verdict;
  }
}

describe.each(cases)('[S-05] $route of $of is for: $row.rule', ({ route, outside, row, registry }) => {
  const [method = 'GET'] = route.split(' ');
  const visibilities =
    row.visibilities ?? (aboutPackages.has(row.rule) ? everyVisibility : ['public' as const]);

  test.each(visibilities)('with a %s package', async (visibility) => {
    const found: Record<string, unknown> = {};
    const wanted: Record<string, unknown> = {};
    for (const caller of world.callers) {
      const verdict = rules[row.rule](caller, visibility);
      wanted[caller.name] = verdict;
      const target = await targetFor(caller, { row, registry }, visibility);
      const answer = await ask(method, outside, row, target);
      if ([401, 403, 404].includes(answer.status) && !row.ok?.includes(answer.status)) target.putBack();
      found[caller.name] = isMet(verdict, answer, row) ? verdict : `${answer.status} ${answer.code}`;
    }
    expect(found).toEqual(wanted);
  });
});
