import { beforeAll, describe, expect, test } from 'vitest';
import { pnpmClient, yarnBerry, yarnClassic, type Client, type Sandbox } from '../setup/clients.ts';
import { talk } from '../setup/dialogue.ts';
import { machine, output, project } from '../setup/projects.ts';
import { register } from '../setup/publish.ts';
import { startKontor } from '../setup/server.ts';
import { onTerminal, terminalProblem } from '../setup/terminal.ts';

// npm's own logins are in npm-accounts.test.ts, and bun has none.
const noTerminal = (await terminalProblem()) !== undefined;
let registry: string;

beforeAll(async () => {
  const server = await startKontor();
  registry = `${server.url}/npm`;
  await register(server, 'anna');
});

const password = 'a long pass phrase of anna';

/** Runs a command on a terminal and types what follows each question. */
async function converse(client: Client, args: string[], box: Pick<Sandbox, 'cwd' | 'env'>, answers: object) {
  const dialogue = talk(onTerminal(client, args), [], box);
  for (const [question, typed] of Object.entries(answers)) {
    await dialogue.saw(new RegExp(question));
    dialogue.say(String(typed));
  }
  return dialogue.ended;
}

/** Fills in the page of a web login, as a person does in a browser. */
async function logInAt(page: string): Promise<void> {
  const answer = await fetch(page, { method: 'POST', body: new URLSearchParams({ name: 'anna', password }) });
  expect(await answer.text()).toContain('You are logged in as anna');
}

describe.skipIf(noTerminal)('[P-01] with a name and a password', () => {
  test('yarn 4 logs in, keeps a token that publishes, and logs out', async () => {
    const yarn = await yarnBerry();
    const box = machine(registry);
    const said = await converse(yarn, ['npm', 'login'], box, { 'Username:': 'anna', 'Password:': password });
    expect(said).toMatchObject({ code: 0, stdout: expect.stringContaining('Successfully logged in') });
    const folder = project(box, 'package', { name: 'by-yarn-4', version: '1.0.0' });
    output(await yarn.run(['install'], folder));
    output(await yarn.run(['npm', 'publish'], folder));
    expect(output(await yarn.run(['npm', 'whoami'], folder))).toContain('anna');
    output(await yarn.run(['npm', 'logout'], folder));
    expect(await yarn.run(['npm', 'whoami'], folder)).toMatchObject({ code: 1 });
  });

  test('yarn 4 is not logged in with a wrong password', async () => {
    const box = machine(registry);
    const wrong = { 'Username:': 'anna', 'Password:': 'a wrong pass phrase' };
    const said = await converse(await yarnBerry(), ['npm', 'login'], box, wrong);
    expect(said).toMatchObject({ code: 1, stdout: expect.stringContaining('Invalid authentication') });
  });

  test('yarn 1 asks when it publishes, and gives the token back afterwards', async () => {
    const folder = project(machine(registry), 'package', { name: 'by-yarn-1', version: '1.0.0' });
    const said = await converse(await yarnClassic(), ['publish', '--new-version', '1.0.0'], folder, {
      'npm username': 'anna',
      'npm email': 'anna@example.com',
      'npm password': password,
    });
    expect(said).toMatchObject({ code: 0, stdout: expect.stringContaining('Revoked login token') });
    expect((await fetch(`${registry}/by-yarn-1/1.0.0`)).status).toBe(200);
  });

  test('yarn 1 with a wrong password hears what is wrong, and publishes nothing', async () => {
    const folder = project(machine(registry), 'package', { name: 'by-nobody', version: '1.0.0' });
    const said = await converse(await yarnClassic(), ['publish', '--new-version', '1.0.0'], folder, {
      'npm username': 'anna',
      'npm email': 'anna@example.com',
      'npm password': 'a wrong pass phrase',
    });
    expect(said).toMatchObject({ code: 1, stdout: expect.stringContaining('the password is wrong') });
    expect((await fetch(`${registry}/by-nobody`)).status).toBe(404);
  });
});

describe.skipIf(noTerminal)('[P-01] in a browser', () => {
  test('pnpm logs in, and knows then who I am', async () => {
    const pnpm = await pnpmClient();
    const box = machine(registry);
    const login = talk(onTerminal(pnpm, ['login']), [], box);
    const [page] = await login.saw(/http:\S+login[\w/-]+/);
    await logInAt(page);
    expect(await login.ended).toMatchObject({ code: 0 });
    expect(output(await pnpm.run(['whoami'], box))).toBe('anna\n');
  });

  test('yarn 4 logs in, and knows then who I am', async () => {
    const yarn = await yarnBerry();
    const box = machine(registry);
    const login = talk(onTerminal(yarn, ['npm', 'login', '--web-login']), [], box);
    await login.saw(/open your browser now/);
    login.say('n');
    const [page] = await login.saw(/http:\S+login[\w/-]+/);
    await logInAt(page);
    expect(await login.ended).toMatchObject({ code: 0 });
    expect(output(await yarn.run(['npm', 'whoami'], box))).toContain('anna');
  });
});
