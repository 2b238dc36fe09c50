import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { api } from '../setup/api.ts';
import { startInProcess, type InProcess } from '../setup/in-process.ts';
import { publish, register } from '../setup/publish.ts';
import { askVais, publishVais, type VaisAnswer } from '../setup/vais-packages.ts';

let server: InProcess;
let anna: string;

async function start(env: Record<string, string> = {}): Promise<void> {
  server = await startInProcess({ KONTOR_HOST: '127.0.0.1', ...env });
  anna = await register(server, 'anna');
  for (const name of ['both', 'only-npm', 'secret']) await publish(server, anna, name, '1.0.0');
  for (const name of ['both', 'only-vais', 'secret']) await publishVais(server, anna, { name });
  await hide('npm', 'secret');
}

async function hide(registry: string, name: string): Promise<void> {
  const path = `/registries/${registry}/packages/${name}/visibility`;
  const answer = await api(server, 'PUT', path, { token: anna, body: { visibility: 'private' } });
  expect(answer.status).toBe(204);
}

/** By what only its door says. */
function doorOf({ body }: VaisAnswer): string {
  if ('error' in body && 'status' in body) return 'vais: not found';
  if ('error' in body) return 'pantry: not found';
  return 'owners' in body || 'download_url' in body ? 'vais' : 'pantry';
}

const doorAt = async (path: string, token?: string) => doorOf(await askVais(server, path, { token }));

describe('without a profile', () => {
  beforeAll(() => start());
  afterAll(() => server.stop());

  test.each([
    ['/packages/both', 'pantry'],
    ['/packages/both/1.0.0', 'pantry'],
    ['/packages/only-npm', 'pantry'],
    ['/packages/only-vais', 'vais'],
    ['/packages/only-vais/1.0.0', 'vais'],
    // Who has the name answers for all its versions.
    ['/packages/only-vais/9.9.9', 'vais: not found'],
    ['/packages/both/9.9.9', 'pantry: not found'],
    ['/packages/nowhere', 'pantry: not found'],
    ['/packages/nowhere/1.0.0', 'pantry: not found'],
  ])('[V-61] %s goes to %s, the first registry that has the package', async (path, door) => {
    expect(await doorAt(path)).toBe(door);
  });

  test('[S-05] whoever may not see a package is not sent where it is', async () => {
    const stranger = await register(server, 'stranger');
    expect(await doorAt('/packages/secret')).toBe('vais');
    expect(await doorAt('/packages/secret', stranger)).toBe('vais');
    expect(await doorAt('/packages/secret', anna)).toBe('pantry');
    await publishVais(server, anna, { name: 'secret-too' });
    await hide('vais', 'secret-too');
    expect(await doorAt('/packages/secret-too', anna)).toBe('vais');
    // As for a name that nobody has.
    const hidden = await askVais(server, '/packages/secret-too', { token: stranger });
    const free = await askVais(server, '/packages/nowhere', { token: stranger });
    expect(hidden).toEqual(free);
    expect(await askVais(server, '/packages/secret-too')).toEqual(await askVais(server, '/packages/nowhere'));
  });

  test('bad credentials are refused wherever the package is', async () => {
    for (const path of ['/packages/both', '/packages/only-vais', '/packages/nowhere']) {
      expect((await askVais(server, path, { token: 'garbage' })).status).toBe(401);
    }
  });

  test('an answer does not outlive a change of who has the name', async () => {
    for (let i = 0; i < 3; i += 1) expect(await doorAt('/packages/later')).toBe('pantry: not found');
    await publishVais(server, anna, { name: 'later' });
    for (let i = 0; i < 3; i += 1) expect(await doorAt('/packages/later')).toBe('vais');
    await publish(server, anna, 'later', '1.0.0');
    for (let i = 0; i < 3; i += 1) expect(await doorAt('/packages/later')).toBe('pantry');
    await hide('npm', 'later');
    expect(await doorAt('/packages/later')).toBe('vais');
  });

  test('HEAD and OPTIONS go the same way, and URLs begin at the root', async () => {
    const head = await fetch(`${server.url}/packages/only-vais/1.0.0`, { method: 'HEAD' });
    expect([head.status, Number(head.headers.get('content-length')) > 0]).toEqual([200, true]);
    const options = await fetch(`${server.url}/packages/only-vais`, { method: 'OPTIONS' });
    await options.body?.cancel();
    expect(options.status).toBe(200);
    const { body } = await askVais(server, '/packages/only-vais/1.0.0');
    expect(body['download_url']).toBe(`${server.url}/packages/only-vais/1.0.0.tar.gz`);
  });

  test('a name that is a word too is published and read', async () => {
    expect((await publishVais(server, anna, { name: 'publish' }, { base: '' })).status).toBe(200);
    expect(await doorAt('/packages/publish')).toBe('vais');
    await publish(server, anna, 'publish', '1.0.0');
    expect(await doorAt('/packages/publish')).toBe('pantry');
  });

  test('each door still has all its packages at its own path', async () => {
    expect(await doorAt('/vais/packages/both')).toBe('vais');
    expect(await doorAt('/pantry/packages/both')).toBe('pantry');
    expect(await doorAt('/pantry/packages/only-vais')).toBe('pantry: not found');
  });
});

describe('with the profile vais', () => {
  beforeAll(() => start({ KONTOR_PROFILE: 'vais' }));
  afterAll(() => server.stop());

  test('names that no Vais package can have are nowhere, and no upstream hears of them', async () => {
    for (const name of ['std', 'main', 'Abc', 'Demo.js']) {
      for (const path of [`/packages/${name}`, `/packages/${name}/1.0.0`]) {
        expect(await askVais(server, path)).toEqual({
          status: 404,
          body: { error: `Package not found: ${name}`, status: 404 },
        });
      }
    }
    // What is here is found still.
    await publish(server, anna, 'lib', '1.0.0');
    expect(await doorAt('/packages/lib')).toBe('pantry');
  });

  test.each([
    ['/packages/both', 'vais'],
    ['/packages/both/1.0.0', 'vais'],
    ['/packages/only-npm', 'pantry'],
    ['/packages/only-npm/1.0.0', 'pantry'],
    ['/packages/only-vais', 'vais'],
    ['/packages/both/versions', 'pantry'],
    ['/packages/nowhere', 'vais: not found'],
    ['/packages/only-npm/9.9.9', 'pantry: not found'],
  ])('[V-61] %s goes to %s', async (path, door) => {
    expect(await doorAt(path)).toBe(door);
  });

  test('[V-59] the health is what its clients read', async () => {
    expect(await askVais(server, '/health')).toEqual({
      status: 200,
      body: { status: 'ok', version: expect.any(String) },
    });
  });
});
