import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { npmRows } from './npm-rows.ts';
import { createWorld, type Caller, type Visibility, type World } from './world.ts';

let world: World;
const packages = new Map<Visibility, string>();
beforeAll(async () => {
  world = await createWorld();
  for (const visibility of ['internal', 'private'] as const) {
    packages.set(visibility, await world.freshPackage('user', visibility));
  }
}, 120_000);
afterAll(() => world.stop());

/** All of an answer that does not differ from one second to the next. */
async function answerOf(method: string, path: string, { token }: Caller, body?: string): Promise<object> {
  const response = await fetch(`${world.server.url}/npm${path}`, {
    method,
    headers: {
      ...(token !== null && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body }),
  });
  const headers = [...response.headers].filter(([name]) => name !== 'date');
  return { status: response.status, headers, text: await response.text() };
}

/** The same with the name of the package taken out, since a sentence may say what was asked for. */
function without(name: string, answer: object): string {
  return JSON.stringify(answer)
    .replaceAll(name, '?')
    .replaceAll(/"content-length","\d+"/g, '');
}

const reads = Object.entries(npmRows)
  .filter(([route, { rule }]) => rule === 'reader' && route.startsWith('GET '))
  .map(([route]) => route);

const writes: [string, string, string | undefined][] = [
  ['PUT', '/-/package/%/dist-tags/next', '"1.0.0"'],
  ['DELETE', '/-/package/%/dist-tags/latest-but-one', undefined],
  ['POST', '/-/package/%/access', '{"access":"public"}'],
  ['DELETE', '/%/-rev/1-1', undefined],
  ['PUT', '/%/-rev/1-1', '{"maintainers":[{"name":"plain"}]}'],
  ['DELETE', '/%/-/%-1.0.0.tgz/-rev/1-1', undefined],
];

describe.each([
  ['private', 'nobody'],
  ['private', 'plain'],
  ['internal', 'nobody'],
] as const)('A %s package is to %s as if it were not there', (visibility, callerName) => {
  const pair = async (method: string, path: (name: string) => string, body?: string) => {
    const caller = world.callers.find(({ name }) => name === callerName);
    if (caller === undefined) throw new Error('no such caller');
    const hidden = packages.get(visibility) ?? '';
    const missing = 'no-such-package';
    return Promise.all(
      [hidden, missing].map(async (name) => without(name, await answerOf(method, path(name), caller, body))),
    );
  };

  test.each(reads)('%s', async (route) => {
    const { path } = npmRows[route] ?? { path: '' };
    const pathOf = (name: string) => {
      const target = { name, encoded: name, file: `${name}-1.0.0.tgz` };
      return typeof path === 'string' ? path : (path(target as never) as string);
    };
    const [hidden, missing] = await pair('GET', pathOf);
    expect(hidden).toBe(missing);
  });

  test.each(writes)('%s %s', async (method, path, body) => {
    const [hidden, missing] = await pair(method, (name) => path.replaceAll('%', name), body);
    expect(hidden).toBe(missing);
  });

  test('in search, by its very name', async () => {
    const hidden = packages.get(visibility) ?? '';
    const caller = world.callers.find(({ name }) => name === callerName);
    const found = await answerOf(
      'GET',
      `/-/v1/search?text=${hidden}`,
      caller ?? { name: '', token: null, user: null, scopes: [] },
    );
    expect(JSON.stringify(found)).not.toContain(`"${hidden}`);
    expect(found).toMatchObject({ text: expect.stringContaining('"total":0') as string });
  });
});
