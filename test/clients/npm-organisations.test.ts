import { beforeAll, describe, expect, test } from 'vitest';
import { api } from '../setup/api.ts';
import { npmClient, type Client, type Sandbox } from '../setup/clients.ts';
import { machine, output, project } from '../setup/projects.ts';
import { register } from '../setup/publish.ts';
import { startKontor, type RunningKontor } from '../setup/server.ts';

let npm: Client;
let server: RunningKontor;
let tokens: Record<'anna' | 'berta' | 'carla' | 'dora', string>;
let anna: Sandbox;
let berta: Sandbox;
let carla: Sandbox;
let dora: Sandbox;

beforeAll(async () => {
  npm = await npmClient();
  server = await startKontor();
  const people = ['anna', 'berta', 'carla', 'dora'] as const;
  tokens = Object.fromEntries(
    await Promise.all(people.map(async (name) => [name, await register(server, name)] as const)),
  ) as typeof tokens;
  [anna, berta, carla, dora] = [tokens.anna, tokens.berta, tokens.carla, tokens.dora].map((token) =>
    machine(`${server.url}/npm`, token),
  ) as [Sandbox, Sandbox, Sandbox, Sandbox];
  await api(server, 'POST', '/organisations', { token: tokens.anna, body: { name: 'acme' } });
});

const run = (box: Sandbox, ...args: string[]) => npm.run(args, box);
const said = async (box: Sandbox, ...args: string[]) => output(await run(box, ...args));
const failed = async (box: Sandbox, ...args: string[]) => {
  const { code, stderr } = await run(box, ...args);
  expect(code).not.toBe(0);
  return stderr;
};
const publish = (box: Sandbox, name: string, version = '1.0.0', ...more: string[]) =>
  npm.run(
    ['publish', ...more],
    project(box, `${name}-${version}`.replaceAll(/[@/]/g, '_'), { name, version }),
  );

describe('npm org', () => {
  test('adds members, changes roles, lists them and takes them out', async () => {
    expect(await said(anna, 'org', 'set', 'acme', 'berta')).toContain('Added berta as developer to acme');
    expect(await said(anna, 'org', 'set', 'acme', 'dora', 'admin')).toContain('You now have 3 members');
    expect(JSON.parse(await said(anna, 'org', 'ls', 'acme', '--json'))).toEqual({
      anna: 'owner',
      berta: 'developer',
      dora: 'admin',
    });
    expect(await said(anna, 'org', 'rm', 'acme', 'dora')).toContain('Successfully removed dora from acme');
    expect(JSON.parse(await said(berta, 'org', 'ls', 'acme', '--json'))).toEqual({
      anna: 'owner',
      berta: 'developer',
    });
  });

  test('refuses the last owner to go, members to rule, and strangers to look', async () => {
    expect(await failed(anna, 'org', 'rm', 'acme', 'anna')).toContain('acme needs an owner');
    expect(await failed(berta, 'org', 'set', 'acme', 'carla')).toContain('Only owners and maintainers');
    expect(await failed(carla, 'org', 'ls', 'acme')).toContain('There is no organisation');
    expect(await failed(anna, 'org', 'set', 'acme', 'nobody-here')).toContain('There is no user called');
  });
});

describe("An organisation's scope", () => {
  test('is for its publishers, whose packages are the organisation’s', async () => {
    expect(await refusal(publish(carla, '@acme/tool'))).toContain('belongs to the organisation acme');
    output(await publish(berta, '@acme/tool', '1.0.0', '--access=public'));
    expect(await said(carla, 'owner', 'ls', '@acme/tool')).toContain('acme');
    output(await publish(anna, '@acme/tool', '1.1.0'));
    expect(await said(anna, 'access', 'list', 'packages', 'acme')).toBe('@acme/tool: read-write\n');
    expect(await said(berta, 'access', 'list', 'packages')).toBe('@acme/tool: read-write\n');
  });

  test('keeps what is private to its members', async () => {
    output(await publish(berta, '@acme/secret', '1.0.0', '--access=restricted'));
    expect(await said(anna, 'view', '@acme/secret', 'version')).toBe('1.0.0\n');
    expect(await failed(carla, 'view', '@acme/secret', 'version')).toContain('E404');
    expect(await said(anna, 'access', 'get', 'status', '@acme/secret')).toBe('@acme/secret: private\n');
    expect(await failed(carla, 'access', 'get', 'status', '@acme/secret')).toContain('E404');
    expect(await said(anna, 'access', 'set', 'status=public', '@acme/secret')).toContain('public');
    expect(await said(carla, 'view', '@acme/secret', 'version')).toBe('1.0.0\n');
    output(await run(anna, 'access', 'set', 'status=private', '@acme/secret'));
  });
});

describe('npm team and npm access', () => {
  test('make a team, grant it a package, and take both away', async () => {
    expect(await said(anna, 'team', 'create', 'acme:devs')).toBe('+@acme:devs\n');
    expect(await failed(berta, 'team', 'create', 'acme:mine')).toContain('Only owners and maintainers');
    expect(await failed(anna, 'team', 'add', 'acme:devs', 'carla')).toContain('carla is no member of acme');
    await api(server, 'PUT', '/organisations/acme/members/carla', {
      token: tokens.anna,
      body: { role: 'reader' },
    });
    expect(await said(anna, 'team', 'add', 'acme:devs', 'carla')).toContain('carla added to @acme:devs');
    expect(await said(carla, 'team', 'ls', 'acme')).toContain('@acme:devs');
    expect(await said(carla, 'team', 'ls', 'acme:devs')).toContain('carla');

    expect(await refusal(publish(carla, '@acme/tool', '1.2.0'))).toContain('You do not own');
    output(await run(anna, 'access', 'grant', 'read-write', 'acme:devs', '@acme/tool'));
    expect(await said(anna, 'access', 'list', 'packages', 'acme:devs')).toBe('@acme/tool: read-write\n');
    expect(JSON.parse(await said(anna, 'access', 'list', 'collaborators', '@acme/tool', '--json'))).toEqual({
      anna: 'read-write',
      berta: 'read-write',
      carla: 'read-write',
    });
    output(await publish(carla, '@acme/tool', '1.2.0'));
    output(await run(anna, 'access', 'revoke', 'acme:devs', '@acme/tool'));
    expect(await refusal(publish(carla, '@acme/tool', '1.3.0'))).toContain('You do not own');

    expect(await said(anna, 'team', 'rm', 'acme:devs', 'carla')).toContain('carla removed from @acme:devs');
    expect(await said(anna, 'team', 'destroy', 'acme:devs')).toBe('-@acme:devs\n');
    expect(await failed(anna, 'team', 'ls', 'acme:devs')).toContain('has no team');
  });
});

describe('npm owner', () => {
  test('adds users beside the organisation, and lets it give a package up', async () => {
    output(await publish(anna, '@acme/given', '1.0.0', '--access=public'));
    output(await run(anna, 'owner', 'add', 'dora', '@acme/given'));
    expect(await said(anna, 'owner', 'ls', '@acme/given')).toMatch(/acme[\s\S]*dora/);
    output(await run(anna, 'owner', 'rm', 'acme', '@acme/given'));
    expect(await said(anna, 'owner', 'ls', '@acme/given')).not.toContain('acme');
    expect(await refusal(publish(anna, '@acme/given', '1.1.0'))).toContain('You do not own');
    output(await run(dora, 'owner', 'add', 'berta', '@acme/given'));
    output(await run(berta, 'owner', 'add', 'acme', '@acme/given'));
    output(await publish(anna, '@acme/given', '1.1.0', '--access=public'));
  });
});

async function refusal(running: ReturnType<Client['run']>): Promise<string> {
  const { code, stderr } = await running;
  expect(code).not.toBe(0);
  return stderr;
}
