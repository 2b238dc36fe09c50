import { beforeAll, describe, expect, test } from 'vitest';
import { startKontor, type RunningKontor } from '../setup/server.ts';
import { register } from '../setup/publish.ts';

let server: RunningKontor;
let token: string;

beforeAll(async () => {
  server = await startKontor();
  token = await register(server, 'ann');
});

describe('the first-party API', () => {
  test('describes itself as committed (npm run openapi writes it anew)', async () => {
    const response = await fetch(`${server.url}/-/api/openapi.json`);
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    await expect(await response.text()).toMatchFileSnapshot('../../docs/openapi.json');
  });

  test('says who may use a route and refuses everybody else with a problem document', async () => {
    const response = await fetch(`${server.url}/-/api/v1/registries`);
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
    expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(await response.json()).toMatchObject({ title: 'unauthenticated', status: 401 });
  });

  test('lists the registries to whom has signed in', async () => {
    const response = await fetch(`${server.url}/-/api/v1/registries`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(response.headers.get('cache-control')).toBe('no-store');
    const { registries } = (await response.json()) as { registries: object[] };
    expect(registries).toEqual(
      ['npm', 'zig', 'vais'].map((name) => ({
        name,
        format: name,
        visibility: 'public',
        publish: 'anyone',
        organisation: null,
        createdAt: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      })),
    );
  });

  test('logs a request once, with its status', async () => {
    await fetch(`${server.url}/-/api/v1/registries?once`);
    await expect
      .poll(() => server.logs().match(/"url":"\/-\/api\/v1\/registries\?once","status":401/g)?.length)
      .toBe(1);
  });

  test('answers a problem document for a path that it does not have', async () => {
    const response = await fetch(`${server.url}/-/api/v1/nothing`);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ title: 'not_found' });
  });
});
