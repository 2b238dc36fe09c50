import { beforeAll, describe, expect, test } from 'vitest';
import { Authenticator } from '../setup/authenticator.ts';
import { npmClient, pnpmClient, yarnBerry, type Client, type Sandbox } from '../setup/clients.ts';
import { talk, type Dialogue } from '../setup/dialogue.ts';
import { machine, output, project } from '../setup/projects.ts';
import { register } from '../setup/publish.ts';
import { startKontor } from '../setup/server.ts';
import { onTerminal, terminalProblem } from '../setup/terminal.ts';

const noTerminal = (await terminalProblem()) !== undefined;
let npm: Client;
let registry: string;

beforeAll(async () => {
  npm = await npmClient();
  const server = await startKontor();
  registry = `${server.url}/npm`;
});

const passwordOf = (user: string) => `a long pass phrase of ${user}`;

interface Owner {
  box: Sandbox;
  app: Authenticator;
  recoveryCodes: string[];
}

/** `npm profile enable-2fa`, with an app that types the secret off the screen. */
async function enable(user: string, mode = 'auth-and-writes'): Promise<Owner> {
  const box = machine(registry, await register({ url: registry.replace(/\/npm$/, '') }, user));
  const enabling = talk(npm, ['profile', 'enable-2fa', mode], box);
  await enabling.saw(/password:/);
  enabling.say(passwordOf(user));
  const [, secret = ''] = await enabling.saw(/enter code: ([A-Z2-7]+)/);
  const app = new Authenticator(secret);
  await enabling.saw(/OTP code from your authenticator/);
  enabling.say(await app.next());
  const said = output(await enabling.ended);
  expect(said).toContain('2FA successfully enabled');
  const recoveryCodes = [...said.matchAll(/^\t([\d ]+)$/gm)].map(([, code = '']) => code);
  expect(recoveryCodes).toHaveLength(10);
  return { box, app, recoveryCodes };
}

const folderOf = (box: Sandbox, name: string) => project(box, name, { name, version: '1.0.0' });

async function answer(dialogue: Dialogue, typed: [RegExp, string][]) {
  for (const [question, line] of typed) {
    await dialogue.saw(question);
    dialogue.say(line);
  }
  return dialogue.ended;
}

describe('npm', () => {
  test('enables it, publishes with a code and not without, and disables it', async () => {
    const { box, app, recoveryCodes } = await enable('anna');
    expect(output(await npm.run(['profile', 'get'], box))).toContain('two-factor auth: auth-and-writes');
    const folder = folderOf(box, 'of-anna');
    expect(await npm.run(['publish'], folder)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('EOTP'),
    });
    output(await npm.run(['publish', `--otp=${await app.next()}`], folder));
    output(await npm.run(['dist-tag', 'add', 'of-anna@1.0.0', 'next'], box));
    output(await npm.run(['star', 'of-anna'], box));
    expect(await npm.run(['deprecate', 'of-anna@1.0.0', 'old'], box)).toMatchObject({ code: 1 });
    const [first = '', second = ''] = recoveryCodes;
    output(await npm.run(['deprecate', 'of-anna@1.0.0', 'old', `--otp=${first}`], box));
    output(await npm.run(['unpublish', 'of-anna@1.0.0', '--force', `--otp=${second}`], box));
    const disabling = talk(npm, ['profile', 'disable-2fa', `--otp=${await app.next()}`], box);
    await answer(disabling, [[/password:/, passwordOf('anna')]]);
    expect(output(await disabling.ended)).toContain('Two factor authentication disabled');
    output(await npm.run(['publish'], folderOf(box, 'of-anna-again')));
  });

  test('changes the mode with a code', async () => {
    const { box, app } = await enable('ben');
    const changing = talk(npm, ['profile', 'enable-2fa', 'auth-only', `--otp=${await app.next()}`], box);
    const said = await answer(changing, [[/password:/, passwordOf('ben')]]);
    expect(said.stdout).toContain('mode changed to: auth-only');
    output(await npm.run(['publish'], folderOf(box, 'of-ben')));
  });

  test('is given a token for robots that needs no code', async () => {
    const { box, app } = await enable('carl');
    const args = [
      'token',
      'create',
      '--bypass-2fa',
      '--packages-all',
      '--packages-and-scopes-permission=read-write',
    ];
    const secrets = [`--password=${passwordOf('carl')}`, `--otp=${await app.next()}`];
    const made = JSON.parse(output(await npm.run([...args, '--json', ...secrets], box))) as { token: string };
    const robot = machine(registry, made.token);
    expect(output(await npm.run(['publish'], folderOf(robot, 'of-carl')))).toContain('+ of-carl@1.0.0');
  });
});

describe.skipIf(noTerminal)('on a terminal', () => {
  test('npm asks for the code, and takes a recovery code too', async () => {
    const { box, app, recoveryCodes } = await enable('dora');
    const publishing = (name: string) => talk(onTerminal(npm, ['publish']), [], folderOf(box, name));
    const said = await answer(publishing('of-dora'), [[/Enter OTP/, await app.next()]]);
    expect(said).toMatchObject({ code: 0 });
    const again = await answer(publishing('of-dora-2'), [[/Enter OTP/, recoveryCodes[0] ?? '']]);
    expect(again).toMatchObject({ code: 0 });
  });

  test('npm logs in with password and code', async () => {
    const { app } = await enable('emil', 'auth-only');
    const box = machine(registry);
    const login = talk(onTerminal(npm, ['login', '--auth-type=legacy']), [], box);
    const said = await answer(login, [
      [/Username:/, 'emil'],
      [/Password:/, passwordOf('emil')],
      [/Enter OTP/, await app.next()],
    ]);
    expect(said).toMatchObject({ code: 0, stdout: expect.stringContaining('Logged in') });
    expect(output(await npm.run(['whoami'], box))).toBe('emil\n');
  });

  test('yarn 4 asks for the code when it publishes, and when it logs in', async () => {
    const yarn = await yarnBerry();
    const { box, app } = await enable('fred');
    const folder = folderOf(box, 'of-fred');
    output(await yarn.run(['install'], folder));
    const published = await answer(talk(onTerminal(yarn, ['npm', 'publish']), [], folder), [
      [/One-time password:/, await app.next()],
    ]);
    expect(published).toMatchObject({ code: 0 });
    const login = await answer(talk(onTerminal(yarn, ['npm', 'login']), [], machine(registry)), [
      [/Username:/, 'fred'],
      [/Password:/, passwordOf('fred')],
      [/One-time password:/, await app.next()],
    ]);
    expect(login).toMatchObject({ code: 0 });
  });
});

test('yarn 4 and pnpm publish with --otp, and pnpm not without', async () => {
  const { box, app, recoveryCodes } = await enable('gerd');
  const pnpm = await pnpmClient();
  const folder = folderOf(box, 'by-pnpm');
  expect(await pnpm.run(['publish', '--no-git-checks'], folder)).toMatchObject({ code: 1 });
  output(await pnpm.run(['publish', '--no-git-checks', `--otp=${await app.next()}`], folder));
  const yarn = await yarnBerry();
  const other = folderOf(box, 'by-yarn');
  output(await yarn.run(['install'], other));
  output(await yarn.run(['npm', 'publish', '--otp', recoveryCodes[0]?.replaceAll(' ', '') ?? ''], other));
});
