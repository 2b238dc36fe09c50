import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { temporaryFolder } from '../../../test/setup/resources.ts';
import { scriptedServer, type Script } from '../../../test/setup/scripted-server.ts';
import { RegistryClient } from '../registry/index.ts';
import { openIndex, type IndexOptions } from './index.ts';

let home: string;
beforeEach(() => {
  home = temporaryFolder('home');
});

const entries = (...names: string[]) => JSON.stringify(names.map((name) => ({ name, versions: [] })));

async function registry(script: Script, path = '') {
  const server = await scriptedServer(script);
  const base = `${server.url}${path}`;
  const client = new RegistryClient({ base, env: {}, wait: async () => undefined });
  const names = async (options: Omit<IndexOptions, 'home'> = {}) => [
    ...(await openIndex(client, { home, ...options })).names(),
  ];
  return { server, names, copy: join(home, 'registry/index', new URL(server.url).host) };
}

test('[V-55] the copy is what it is while the registry says so, and offline', async () => {
  let body = entries('a');
  const { server, names, copy } = await registry(({ headers }, response) => {
    const etag = `"${body.length}"`;
    if (headers['if-none-match'] === etag) return response.writeHead(304).end();
    return response.writeHead(200, { etag }).end(body);
  });
  expect(await names()).toEqual(['a']);
  expect(readFileSync(copy, 'utf8')).toBe(body);
  expect(await names()).toEqual(['a']);
  expect(server.seen.map(({ headers }) => headers['if-none-match'])).toEqual([
    undefined,
    '"20"'.replace('20', String(body.length)),
  ]);
  expect(await names({ offline: true })).toEqual(['a']);
  expect(server.seen).toHaveLength(2);
  body = entries('a', 'b');
  expect(await names()).toEqual(['a', 'b']);
  await names({ fresh: true });
  expect(server.seen.at(-1)?.headers).toMatchObject({ 'cache-control': 'no-cache' });
  expect(server.seen.at(-1)?.headers['if-none-match']).toBeUndefined();
});

test('[V-30] without a copy there is nothing offline, and a copy that a person put there serves', async () => {
  const { server, names, copy } = await registry((_, response) => response.end(entries('a')));
  await expect(names({ offline: true })).rejects.toThrow(
    /^No cached index available\. Run without --offline first\.$/,
  );
  mkdirSync(join(copy, '..'), { recursive: true });
  writeFileSync(copy, entries('mine'));
  expect(await names({ offline: true })).toEqual(['mine']);
  expect(server.seen).toEqual([]);
  expect(await names()).toEqual(['a']);
  expect(server.seen[0]?.headers['if-none-match']).toBeUndefined();
});

test('a copy that was changed is not taken for what the registry said', async () => {
  const { server, names, copy } = await registry((_, response) =>
    response.writeHead(200, { etag: '"1"' }).end(entries('a')),
  );
  await names();
  writeFileSync(copy, entries('evil'));
  expect(await names()).toEqual(['a']);
  expect(server.seen.at(-1)?.headers['if-none-match']).toBeUndefined();
});

test('what cannot be kept serves all the same, with a warning that names the folder', async () => {
  const { names, copy } = await registry((_, response) => response.end(entries('a')));
  // In the way: neither file nor folder can be put there.
  mkdirSync(join(`${copy}.json`, 'x'), { recursive: true });
  const warnings: string[] = [];
  expect(await names({ warn: (message) => warnings.push(message) })).toEqual(['a']);
  expect(warnings).toEqual([expect.stringMatching(/registry\/index cannot be used: .* is not kept/)]);
});

test('a copy that cannot be read is named, online and offline', async () => {
  const { names, copy } = await registry((_, response) => response.end(entries('a')));
  mkdirSync(copy, { recursive: true });
  for (const offline of [true, false]) {
    await expect(names({ offline })).rejects.toThrow(`${copy} cannot be read`);
  }
});

test('garbage is refused and not kept, and registries of one host have copies of their own', async () => {
  const { names, copy } = await registry((_, response) => response.end('<html>'), '/team-vais');
  await expect(names()).rejects.toThrow(/team-vais\/index\.json is no index of packages/);
  expect(existsSync(`${copy}%2Fteam-vais`)).toBe(false);
  expect(existsSync(join(home, 'registry/index'))).toBe(false);
});
