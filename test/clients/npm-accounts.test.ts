import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { npmClient, type Client, type Sandbox } from '../setup/clients.ts';
import { talk, type Dialogue } from '../setup/dialogue.ts';
import { machine, output, project } from '../setup/projects.ts';
import { register } from '../setup/publish.ts';
import { startKontor, type RunningKontor } from '../setup/server.ts';

let npm: Client;
let server: RunningKontor;
let registry: string;

beforeAll(async () => {
  npm = await npmClient();
  server = await startKontor();
  registry = `${server.url}/npm`;
});

/** The password that `register` gives. */
const passwordOf = (user: string) => `a long pass phrase of ${user}`;

/** The URL that npm prints for a person to open. */
async function pageOf(login: Dialogue): Promise<string> {
  const [url] = await login.saw(/http:\/\/\S+/);
  return url;
}

/** Fills in the form as a browser does that runs no script. */
async function submit(
  url: string,
  fields: Record<string, string>,
): Promise<{ status: number; text: string }> {
  const form = await (await fetch(url)).text();
  const names = [...form.matchAll(/<input name="(\w+)"/g)].map(([, name]) => name);
  expect(names).toEqual(expect.arrayContaining(Object.keys(fields)));
  const response = await fetch(url, {
    method: 'POST',
    headers: { origin: 'null', 'sec-fetch-site': 'same-origin' },
    body: new URLSearchParams(fields),
  });
  return { status: response.status, text: await response.text() };
}

const settings = (box: Sandbox) => readFileSync(join(box.home, '.npmrc'), 'utf8');
const tokenIn = (box: Sandbox) => /:_authToken=(\S+)/.exec(settings(box))?.[1] ?? '';
const whoami = (token: string) =>
  fetch(`${registry}/-/whoami`, { headers: { authorization: `Bearer ${token}` } });

describe('npm login', () => {
  test('shows a page; who logs in there is logged in here, and out again with npm logout', async () => {
    await register(server, 'anna');
    const box = machine(registry);
    const login = talk(npm, ['login'], box);
    const url = await pageOf(login);

    const wrong = await submit(url, { name: 'anna', password: 'wrong' });
    expect(wrong).toMatchObject({ status: 401, text: expect.stringContaining('password is wrong') });
    const right = await submit(url, { name: 'anna', password: passwordOf('anna') });
    expect(right).toMatchObject({ status: 200, text: expect.stringContaining('You may close this page') });

    expect(await login.ended).toMatchObject({ code: 0, stdout: expect.stringContaining('Logged in on') });
    expect(output(await npm.run(['whoami'], box))).toBe('anna\n');
    const folder = project(box, 'mine', { name: 'published-after-login', version: '1.0.0' });
    output(await npm.run(['publish'], folder));
    expect((await fetch(url)).status).toBe(404);

    const token = tokenIn(box);
    expect((await whoami(token)).status).toBe(200);
    output(await npm.run(['logout'], box));
    expect(settings(box)).not.toContain('_authToken');
    expect((await whoami(token)).status).toBe(401);
    const secrets = [token, ...new URL(url).pathname.split('/').slice(-1)];
    for (const secret of secrets) expect(server.logs()).not.toContain(secret);
  });

  test('logs out with a token that is revoked already', async () => {
    const token = await register(server, 'twice');
    const [first, second] = [machine(registry, token), machine(registry, token)];
    output(await npm.run(['logout'], first));
    output(await npm.run(['logout'], second));
    expect(settings(second)).not.toContain('_authToken');
  });

  test('as npm adduser makes a user where people may register', async () => {
    const box = machine(registry);
    const login = talk(npm, ['adduser'], box);
    const url = await pageOf(login);
    const weak = await submit(url, { name: 'newcomer', password: 'short', email: '' });
    expect(weak).toMatchObject({ status: 422, text: expect.stringContaining('at least 8') });
    const made = await submit(url, {
      name: 'newcomer',
      password: passwordOf('newcomer'),
      email: 'new@example.com',
    });
    expect(made.status).toBe(200);
    expect(await login.ended).toMatchObject({ code: 0 });
    expect(output(await npm.run(['whoami'], box))).toBe('newcomer\n');
    expect(output(await npm.run(['profile', 'get', 'email'], box))).toContain('new@example.com');
  });

  test('without a browser asks for the password, and blames it if it is wrong', async () => {
    await register(server, 'legacy');
    const box = machine(registry);
    const login = async (password: string) => {
      const dialogue = talk(npm, ['login', '--auth-type=legacy'], box);
      await dialogue.saw(/Username:/);
      dialogue.say('legacy');
      await dialogue.saw(/Password:/);
      dialogue.say(password);
      return dialogue.ended;
    };
    expect(await login('a wrong pass phrase')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('The user name or the password is wrong.'),
    });
    expect(await login(passwordOf('legacy'))).toMatchObject({ code: 0 });
    expect((await whoami(tokenIn(box))).status).toBe(200);
  });
});

/** A machine whose settings hold a name and a secret in place of a token. */
function withPair(pair: string): Sandbox {
  const box = machine(registry);
  const key = `${registry.replace('http:', '')}/:_auth`;
  appendFileSync(join(box.home, '.npmrc'), `${key}=${Buffer.from(pair).toString('base64')}\n`);
  return box;
}

describe('npm with _auth', () => {
  test('publishes and installs with a name and a password', async () => {
    await register(server, 'paul');
    const box = withPair(`paul:${passwordOf('paul')}`);
    output(await npm.run(['publish'], project(box, 'mine', { name: 'published-by-pair', version: '1.0.0' })));
    const application = project(box, 'application', { name: 'application', private: true });
    output(await npm.run(['install', 'published-by-pair'], application));
    // whoami would only print what stands in the settings.
    expect(output(await npm.run(['profile', 'get', 'name'], box))).toBe('paul\n');
    expect(output(await npm.run(['owner', 'ls', 'published-by-pair'], box))).toContain('paul');
  });

  test('takes a token in place of the password', async () => {
    const box = withPair(`petra:${await register(server, 'petra')}`);
    expect(output(await npm.run(['profile', 'get', 'name'], box))).toBe('petra\n');
  });

  test('is told that the password is wrong', async () => {
    const refused = await npm.run(['profile', 'get'], withPair('paul:a wrong pass phrase'));
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('ncorrect or missing password'),
    });
  });
});

describe('npm token', () => {
  test('creates tokens, for reading only too, lists them and revokes them by id or in full', async () => {
    const box = machine(registry, await register(server, 'berta'));
    const create = async (...args: string[]) => {
      const created = await npm.run(['token', 'create', '--json', ...args], {
        ...box,
        env: { ...box.env, npm_config_password: passwordOf('berta') },
      });
      return JSON.parse(output(created)) as { token: string; readonly: boolean; expires: string | null };
    };
    const list = async () =>
      JSON.parse(output(await npm.run(['token', 'list', '--json'], box))) as {
        key: string;
        id: string;
        name: string;
        readonly: boolean;
      }[];

    const full = await create('--name=ci', '--expires=30');
    expect(full).toMatchObject({ readonly: false, expires: expect.stringMatching(/^\d{4}-/) });
    const reading = await create(
      '--name=reader',
      '--packages-all',
      '--packages-and-scopes-permission=read-only',
    );
    expect(reading).toMatchObject({ readonly: true, expires: null });
    expect(await list()).toMatchObject([
      { name: 'npm login', readonly: false },
      { name: 'ci', readonly: false },
      { name: 'reader', readonly: true },
    ]);
    const shown = output(await npm.run(['token', 'list'], box));
    expect(shown).toContain(full.token.slice(0, 10));
    expect(shown).not.toContain(full.token);

    const reader = machine(registry, reading.token);
    expect(output(await npm.run(['whoami'], reader))).toBe('berta\n');
    const folder = project(reader, 'demo', { name: 'never-published', version: '1.0.0' });
    const refused = await npm.run(['publish'], folder);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('may only read') });

    const id = (await list()).find(({ name }) => name === 'reader')?.id ?? '';
    expect(output(await npm.run(['token', 'revoke', id], box))).toContain('Removed 1 token');
    expect(output(await npm.run(['token', 'revoke', full.token], box))).toContain('Removed 1 token');
    expect(await list()).toMatchObject([{ name: 'npm login' }]);
    for (const { token } of [full, reading]) {
      expect((await whoami(token)).status).toBe(401);
      expect(server.logs()).not.toContain(token);
    }
  });

  test('asks for the password and creates nothing with a wrong one', async () => {
    const box = machine(registry, await register(server, 'carla'));
    const create = talk(npm, ['token', 'create'], box);
    await create.saw(/password:/);
    create.say('wrong');
    expect(await create.ended).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('The user name or the password is wrong.'),
    });
  });

  test('creates tokens for some packages, which publish nothing else', async () => {
    const box = machine(registry, await register(server, 'dora'));
    const password = `--password=${passwordOf('dora')}`;
    const writes = '--packages-and-scopes-permission=read-write';
    const args = ['token', 'create', '--json', '--name=ci', '--packages=dora-one', '--scopes=@dora', writes];
    const created = JSON.parse(output(await npm.run([...args, '--bypass-2fa', password], box)));
    expect(created).toMatchObject({ packages: ['dora-one', '@dora/*'], bypass_2fa: true, readonly: false });
    const ci = machine(registry, created.token);
    for (const name of ['dora-one', '@dora/two']) {
      const folder = project(ci, name.replace('/', '-'), { name, version: '1.0.0' }, { 'index.js': '' });
      expect(await npm.run(['publish'], folder)).toMatchObject({ code: 0 });
    }
    const other = project(ci, 'three', { name: 'dora-three', version: '1.0.0' }, { 'index.js': '' });
    expect(await npm.run(['publish'], other)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('This token is not for dora-three'),
    });
    const [, listed] = JSON.parse(output(await npm.run(['token', 'list', '--json'], box)));
    expect(listed).toMatchObject({ name: 'ci', packages: ['dora-one', '@dora/*'], automation: true });
    const missing = await npm.run(['token', 'create', '--packages=dora-one', password], box);
    expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining('read-only or read-write') });
  });

  test('creates tokens for an organisation, for reading only', async () => {
    const box = machine(registry, await register(server, 'edda'));
    const args = ['token', 'create', '--json', '--orgs=house', '--orgs-permission=read-only'];
    const created = await npm.run([...args, `--password=${passwordOf('edda')}`], box);
    expect(JSON.parse(output(created))).toMatchObject({ orgs: ['house'], readonly: true });
  });

  test('creates tokens for some addresses; elsewhere npm blames the address', async () => {
    const box = machine(registry, await register(server, 'fanny'));
    const create = async (cidr: string) => {
      const args = ['token', 'create', '--json', `--cidr=${cidr}`, `--password=${passwordOf('fanny')}`];
      return JSON.parse(output(await npm.run(args, box)));
    };
    const here = await create('10.0.0.0/8, 127.0.0.0/8');
    expect(here).toMatchObject({ cidr_whitelist: ['10.0.0.0/8', '127.0.0.0/8'] });
    expect(output(await npm.run(['whoami'], machine(registry, here.token)))).toBe('fanny\n');
    const elsewhere = await create('10.0.0.0/8');
    const refused = await npm.run(['whoami'], machine(registry, elsewhere.token));
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringMatching(/IP address/i) });
    expect(output(await npm.run(['token', 'list'], box))).toContain('with IP whitelist: 10.0.0.0/8');
  });
});

describe('npm profile', () => {
  test('is read and set, one field at a time', async () => {
    const box = machine(registry, await register(server, 'emma'));
    expect(output(await npm.run(['profile', 'set', 'fullname', 'Emma', 'Ö.'], box))).toBe(
      'Set fullname to Emma Ö.\n',
    );
    output(await npm.run(['profile', 'set', 'email', 'emma@example.com'], box));
    expect(JSON.parse(output(await npm.run(['profile', 'get', '--json'], box)))).toMatchObject({
      tfa: false,
      name: 'emma',
      fullname: 'Emma Ö.',
      email: 'emma@example.com',
      email_verified: false,
      github: null,
    });
    const bad = await npm.run(['profile', 'set', 'email', 'nowhere'], box);
    expect(bad).toMatchObject({ code: 1, stderr: expect.stringContaining('name@host') });
  });

  test('changes the password, which has to be known', async () => {
    const box = machine(registry, await register(server, 'frida'));
    const set = async (old: string) => {
      const dialogue = talk(npm, ['profile', 'set', 'password'], box);
      for (const [prompt, answer] of [
        [/Current password:/, old],
        [/New password:/, 'quite another phrase'],
        [/Again:/, 'quite another phrase'],
      ] as const) {
        await dialogue.saw(prompt);
        dialogue.say(answer);
      }
      return dialogue.ended;
    };
    expect(await set('wrong')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('The current password is wrong.'),
    });
    expect(await set(passwordOf('frida'))).toMatchObject({ code: 0 });
    expect(output(await npm.run(['whoami'], box))).toBe('frida\n');
    const login = await fetch(`${registry}/-/user/org.couchdb.user:frida`, {
      method: 'PUT',
      body: JSON.stringify({ name: 'frida', password: 'quite another phrase' }),
    });
    expect(login.status).toBe(201);
  });
});
