import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { vaiscPkg, type LineOptions } from '../../../test/setup/client-line.ts';
import { temporaryFolder } from '../../../test/setup/resources.ts';
import {
  scriptedServer,
  type ScriptedServer,
  type SeenRequest,
} from '../../../test/setup/scripted-server.ts';

let home: string;
let cwd: string;
let server: ScriptedServer;
/** What the server answers, by method and path without the query; else 404. */
let answers: Record<string, (request: SeenRequest) => Answer>;

const TOKEN = `vais_${'0a'.repeat(32)}`;
const user = { username: 'ada', email: null, is_admin: false };

interface Answer {
  status?: number;
  json?: unknown;
  headers?: Record<string, string>;
}

beforeEach(async () => {
  [home, cwd] = [join(temporaryFolder('home'), '.vais'), temporaryFolder('project')];
  answers = {
    'POST /auth/login': ({ body }) => {
      const { username, password, otp } = JSON.parse(body.toString());
      if (password !== 'correct horse') return refused(401, 'Invalid credentials');
      if (username !== 'careful' || otp === '123456') return { json: { token: TOKEN, user } };
      return { ...refused(401, 'Second factor required'), headers: { 'www-authenticate': 'OTP' } };
    },
    'GET /auth/me': ({ headers }) =>
      headers.authorization === `Bearer ${TOKEN}` ? { json: user } : refused(401, 'Invalid token'),
  };
  server = await scriptedServer((request, response) => {
    const answer = answers[`${request.method} ${request.path.replace(/\?.*/, '')}`]?.(request);
    const { status = 200, json, headers = {} } = answer ?? refused(404, 'Not found');
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(json === undefined ? '' : JSON.stringify(json));
  });
});

const refused = (status: number, error: string): Answer => ({ status, json: { error, status } });
const vaisc = (line: string | string[], more: Partial<LineOptions> = {}) =>
  vaiscPkg(line, { cwd, home, ...more });
const logIn = () => vaisc(`login --registry ${server.url}`, { input: 'ada\ncorrect horse\n' });
const nameInManifest = (url: string) =>
  writeFileSync(
    join(cwd, 'vais.toml'),
    `[package]\nname = "demo"\nversion = "1.0.0"\n[registry]\nurl = "${url}"\n`,
  );
const credentials = () => join(home, 'credentials.toml');

describe('login', () => {
  test('[V-12] [V-52] takes name and password as two piped lines, and keeps the token for its owner only', async () => {
    const { code, out, err } = await logIn();
    expect(err).toBe('Username: \nPassword: \n');
    expect(out).toBe(`✓ Logged in to ${server.url} as ada\n  Token saved to ${credentials()}\n`);
    expect(code).toBe(0);
    expect(statSync(credentials()).mode & 0o777).toBe(0o600);
    const kept = readFileSync(credentials(), 'utf8');
    expect(kept).toContain(`["${server.url}"]\n`);
    expect(kept).toContain(`token = "${TOKEN}"\n`);
  });

  test('asks for a one-time code where the server wants one', async () => {
    const line = `login --registry ${server.url}`;
    const { code, err } = await vaisc(line, { input: 'careful\ncorrect horse\n123456\n' });
    expect([code, err]).toEqual([0, 'Username: \nPassword: \nOne-time code: \n']);
    const without = await vaisc(line, { input: 'careful\ncorrect horse\n' });
    expect(without).toMatchObject({ code: 1, err: expect.stringContaining('No one-time code was given') });
  });

  test('that is refused says why, and keeps nothing', async () => {
    const { code, out, err } = await vaisc(`login --registry ${server.url}`, { input: 'ada\nwrong\n' });
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain('error: login failed (HTTP 401): Invalid credentials\n');
    expect(() => statSync(credentials())).toThrow('ENOENT');
  });

  test.each([
    ['', 'No user name was given'],
    ['ada\n', 'No password was given'],
  ])('with %j in the pipe asks nothing of the server', async (input, message) => {
    const { code, err } = await vaisc(`login --registry ${server.url}`, { input });
    expect([code, server.seen]).toEqual([1, []]);
    expect(err).toContain(message);
  });

  test('keeps a token that there is already, if it is good', async () => {
    expect(await vaisc(`login --registry ${server.url} --token nonsense`)).toMatchObject({ code: 1 });
    const { out, code } = await vaisc(`login --registry ${server.url} --token ${TOKEN} --json`);
    expect(JSON.parse(out)).toEqual({ registry: server.url, username: 'ada', file: credentials() });
    expect(code).toBe(0);
  });

  test.runIf(process.platform === 'linux')('ends where no folder can be made', async () => {
    const line = `login --registry ${server.url} --token ${TOKEN}`;
    expect(await vaisc(line, { home: '/proc/x/.vais' })).toEqual({
      code: 1,
      out: '',
      err: 'error: /proc/x/.vais cannot be used: it is missing, and cannot be made (ENOENT).\n',
    });
  });

  test('says what to give if it does not know the registry', async () => {
    const { code, err } = await vaisc('login');
    expect([code, err]).toEqual([
      1,
      'error: Which registry? Give --registry URL, such as http://localhost:3000.\n',
    ]);
  });
});

describe('whoami and logout', () => {
  test('go by the log-in', async () => {
    await logIn();
    expect(await vaisc('whoami')).toEqual({ code: 0, out: 'ada\n', err: '' });
    answers['DELETE /auth/tokens/current'] = () => ({ status: 204 });
    expect(await vaisc('logout')).toEqual({ code: 0, out: `Logged out of ${server.url}\n`, err: '' });
    const { method, path, headers } = server.seen.at(-1) ?? {};
    expect([method, path, headers?.authorization]).toEqual([
      'DELETE',
      '/auth/tokens/current',
      `Bearer ${TOKEN}`,
    ]);
    const { code, err } = await vaisc(`whoami --registry ${server.url}`);
    expect([code, err]).toEqual([
      1,
      `error: authentication token required. Use --token or run \`vaisc pkg login --registry ${server.url}\`.\n`,
    ]);
  });
});

describe('logout', () => {
  const FORGOTTEN =
    'warning: The token is forgotten here, and lives on at the registry, for it was not revoked. ';

  test('forgets the token where it cannot be revoked, and says that it lives on', async () => {
    await logIn();
    expect(await vaisc('logout')).toEqual({
      code: 0,
      out: `Logged out of ${server.url}\n`,
      err: `${FORGOTTEN}DELETE ${server.url}/auth/tokens/current answered 404: Not found.\n`,
    });
    expect(readFileSync(credentials(), 'utf8')).not.toContain(TOKEN);
    await logIn();
    await server.stop();
    const { code, out, err } = await vaisc('logout --json');
    expect([code, JSON.parse(out)]).toEqual([0, { registry: server.url, revoked: false }]);
    expect(err).toContain(`${FORGOTTEN}DELETE ${server.url}/auth/tokens/current failed: nothing listens at `);
    expect(readFileSync(credentials(), 'utf8')).not.toContain(TOKEN);
    expect((await vaisc(`logout --registry ${server.url}`)).err).toBe(
      `error: You are not logged in to ${server.url}.\n`,
    );
  });

  test('revokes no token that another log-in uses', async () => {
    answers['GET /team-vais/auth/me'] = () => ({ json: user });
    await logIn();
    await vaisc(`login --registry ${server.url}/team-vais --token ${TOKEN}`);
    expect(await vaisc('logout')).toEqual({
      code: 0,
      out: `Logged out of ${server.url}/team-vais\n`,
      err: `The token is kept for ${server.url} too, and is not revoked.\n`,
    });
    expect(server.lines()).not.toContainEqual(expect.stringMatching(/^DELETE/));
  });

  test('revokes the token of the log-in, whatever KONTOR_TOKEN holds, and takes one that is gone for revoked', async () => {
    await logIn();
    answers['DELETE /auth/tokens/current'] = ({ headers }) =>
      headers.authorization === `Bearer ${TOKEN}` ? refused(401, 'Invalid token') : { status: 204 };
    expect(await vaisc('logout --json', { env: { KONTOR_TOKEN: 'other' } })).toMatchObject({
      out: expect.stringContaining('"revoked": true') as string,
      err: '',
    });
    expect(server.seen.at(-1)?.headers.authorization).toBe(`Bearer ${TOKEN}`);
  });
});

describe('[V-24] the registry of a line without --registry', () => {
  test('is the last log-in, and is named where there are several', async () => {
    const other = `${server.url}/team-vais`;
    answers['POST /team-vais/auth/login'] = () => ({ json: { token: TOKEN, user } });
    answers['GET /team-vais/auth/me'] = () => ({ json: { ...user, username: 'eve' } });
    await logIn();
    await vaisc(`login --registry ${other}`, { input: 'eve\ncorrect horse\n' });
    expect(await vaisc('whoami')).toEqual({
      code: 0,
      out: 'eve\n',
      err: `Using ${other}, the last of 2 log-ins; --registry chooses another.\n`,
    });
    expect(await vaisc(`whoami --registry ${server.url}/`)).toEqual({ code: 0, out: 'ada\n', err: '' });
    // A variable counts more than a log-in, a manifest more than a variable.
    const env = { KONTOR_REGISTRY_URL: server.url };
    expect(await vaisc('whoami', { env })).toEqual({ code: 0, out: 'ada\n', err: '' });
    nameInManifest(other);
    expect(await vaisc('whoami', { env })).toEqual({ code: 0, out: 'eve\n', err: '' });
    expect((await vaisc(`whoami --registry ${server.url}`)).out).toBe('ada\n');
  });

  test('is shown in a line to paste as an address and nothing else, and who named it is said', async () => {
    nameInManifest('HTTP://Packages.Example//');
    expect(await vaisc('yank demo@1.0.0')).toEqual({
      code: 1,
      out: '',
      err: 'error: authentication token required. vais.toml names this registry: if you trust it, use --token with --registry, or run `vaisc pkg login --registry http://packages.example`.\n',
    });
    nameInManifest('http://x/;$(id)\\u001B[2J');
    const { code, err } = await vaisc('yank demo@1.0.0');
    expect([code, err.includes('\u001B'), err.includes('--registry http')]).toEqual([1, false, false]);
    expect(err).toContain('is no address of a registry');
  });

  test('is asked for if nothing says it', async () => {
    const { code, err } = await vaisc('search json');
    expect(code).toBe(1);
    expect(err).toContain('KONTOR_REGISTRY_URL');
  });

  test('does not fail for a manifest that cannot be read', async () => {
    await logIn();
    writeFileSync(join(cwd, 'vais.toml'), 'nonsense');
    const { code, out, err } = await vaisc('whoami');
    expect([code, out]).toEqual([0, 'ada\n']);
    expect(err).toMatch(/^warning: .*vais\.toml is not heeded: /);
  });
});

const searching = (line: string) => vaisc(`${line} --registry ${server.url}`);
const info = (line: string) => searching(`info ${line}`);
const hit = (name: string) => ({ name, latest_version: '1.2.0', description: `About\n${name}` });

const index = [
  {
    name: 'json-parser',
    description: 'Reads\u001B[2J JSON',
    keywords: ['text'],
    authors: ['ada'],
    license: 'MIT',
    versions: [
      { version: '1.0.1', checksum: 'a'.repeat(64) },
      {
        version: '1.2.0',
        checksum: 'b'.repeat(64),
        size: 321,
        dependencies: { 'http-client': { req: '~2.1.0' } },
      },
      { version: '1.3.0', checksum: 'c'.repeat(64), yanked: true },
    ],
  },
  { name: 'yaml', versions: [{ version: '2.0.0', checksum: 'd'.repeat(64) }] },
];

describe('[V-21] search', () => {
  test('asks the registry, with what the line says', async () => {
    answers['GET /search'] = () => ({ json: { packages: [hit('json-parser'), hit('json')], total: 2 } });
    expect(await searching('search json --sort newest --category data --keyword text --limit 5')).toEqual({
      code: 0,
      out: '2 packages found:\n  json-parser v1.2.0\n    About json-parser\n  json v1.2.0\n    About json\n',
      err: '',
    });
    expect(server.lines()).toEqual([
      'GET /search?q=json&limit=5&offset=0&sort=newest&category=data&keyword=text',
    ]);
  });

  test('says if there are more than it shows', async () => {
    answers['GET /search'] = () => ({ json: { packages: [hit('json')], total: 7 } });
    expect((await searching('search json --limit 1')).err).toBe(
      'There are 7 in all: --limit 7 shows them.\n',
    );
  });

  test('takes further pages where one is not enough', async () => {
    const names = Array.from({ length: 150 }, (_, at) => `demo-${at}`);
    answers['GET /search'] = ({ path }) => {
      const query = new URLSearchParams(path.replace(/.*\?/, ''));
      const from = Number(query.get('offset'));
      const packages = names.slice(from, from + Number(query.get('limit'))).map(hit);
      return { json: { packages, total: names.length } };
    };
    const { out } = await searching('search demo --limit 120 --json');
    expect(JSON.parse(out)).toMatchObject({ total: 150, from: 'registry' });
    expect(JSON.parse(out).packages).toHaveLength(120);
  });

  test('that finds nothing says so', async () => {
    answers['GET /search'] = () => ({ json: { packages: [], total: 0 } });
    expect(await searching('search zebra')).toEqual({
      code: 0,
      out: "No packages found for 'zebra'.\n",
      err: '',
    });
  });

  test('looks through the index of a registry that cannot search', async () => {
    answers['GET /index.json'] = () => ({ json: index });
    const { code, out } = await searching('search READS');
    expect([code, out]).toEqual([0, '1 packages found:\n  json-parser v1.2.0\n    Reads [2J JSON\n']);
    expect((await searching('search TEXT --keyword text')).out).toContain('json-parser');
    expect((await searching('search text --keyword other')).out).toContain('No packages');
  });

  test.each([[{ results: [] }], [[]], [undefined]])(
    'does not believe an answer of another shape: %j',
    async (json) => {
      answers['GET /index.json'] = () => ({ json: index });
      answers['GET /search'] = () => ({ json });
      expect(await searching('search yaml')).toEqual({
        code: 0,
        out: '1 packages found:\n  yaml v2.0.0\n',
        err: `What answers at ${server.url}/search is no Vais registry's search: this is from its index.\n`,
      });
    },
  );

  test('without a network uses the copy of the index, and says so', async () => {
    answers['GET /index.json'] = () => ({ json: index });
    await searching('search json');
    const offline = await searching('search yaml --offline');
    expect(offline).toEqual({ code: 0, out: '1 packages found:\n  yaml v2.0.0\n', err: '' });
    await server.stop();
    const { code, out, err } = await searching('search yaml');
    expect([code, out]).toEqual([0, offline.out]);
    expect(err).toMatch(/^warning: GET .* failed: .*\nThis is what the index on this machine has/);
  });

  test('offline without a copy is refused in the words of the original', async () => {
    expect(await searching('search yaml --offline')).toEqual({
      code: 1,
      out: '',
      err: 'error: No cached index available. Run without --offline first.\n',
    });
  });

  test.each(['0', 'many'])('does not take a limit of %s', async (limit) => {
    expect((await searching(`search yaml --limit ${limit}`)).code).toBe(2);
  });
});

describe('info', () => {
  beforeEach(() => {
    answers['GET /index.json'] = () => ({ json: index });
  });

  test('tells of a package, highest version first', async () => {
    const { code, out } = await info('json-parser');
    expect(code).toBe(0);
    expect(out).toBe(
      'json-parser v1.2.0\nReads [2J JSON\nlicense   MIT\nowners    ada\nkeywords  text\nversions  1.2.0, 1.0.1\n',
    );
  });

  test('tells of a version', async () => {
    expect((await info('json-parser@1.2.0')).out).toBe(
      `json-parser v1.2.0\nchecksum  ${'b'.repeat(64)}\nsize      321 bytes\nneeds     http-client ~2.1.0\n`,
    );
    expect((await info('json-parser@1.3.0')).out).toContain('v1.3.0 (yanked)\n');
    expect(JSON.parse((await info('json-parser@1.2.0 --json')).out)).toMatchObject({
      name: 'json-parser',
      version: '1.2.0',
      yanked: false,
    });
  });

  test.each([
    ['nothing', 'Package not found: nothing'],
    ['json-parser@9.9.9', 'Version not found: json-parser@9.9.9'],
    ['../up', "'../up' can be no name of a package."],
  ])('of %s is refused', async (spec, message) => {
    const { code, err } = await info(spec);
    expect(code).toBe(1);
    expect(err).toContain(`error: ${message}`);
  });
});

const codeOf = ({ headers }: SeenRequest) => headers['npm-otp'];

describe('yank', () => {
  beforeEach(logIn);

  test.each(['yank demo@1.0.0', 'yank demo --version 1.0.0'])('%s sends the token', async (line) => {
    answers['POST /packages/demo/1.0.0/yank'] = () => ({});
    expect(await vaisc(line)).toEqual({
      code: 0,
      out: `✓ Yanked demo v1.0.0 on ${server.url}\n`,
      err: '',
    });
    expect(server.seen.at(-1)).toMatchObject({
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}` },
      body: Buffer.alloc(0),
    });
  });

  test('can be taken back', async () => {
    answers['POST /packages/demo/1.0.0/unyank'] = () => ({});
    const { code, out } = await vaisc('unyank demo@1.0.0');
    expect([code, out]).toEqual([0, `✓ Took back the yank of demo v1.0.0 on ${server.url}\n`]);
  });

  test('that is refused has the original’s words', async () => {
    answers['POST /packages/demo/1.0.0/yank'] = () => refused(403, 'Forbidden: not yours');
    const { code, err } = await vaisc('yank demo@1.0.0');
    expect(code).toBe(1);
    expect(err).toMatch(/^error: yank failed \(HTTP 403\): Forbidden: not yours/);
  });

  test('[V-57] with a revoked token says to log in again', async () => {
    answers['POST /packages/demo/1.0.0/yank'] = () => refused(401, 'Invalid token');
    const { err } = await vaisc('yank demo@1.0.0');
    expect(err).toContain(`Log in again: \`vaisc pkg login --registry ${server.url}\`.`);
  });

  test('with a token that is none, and comes of no log-in, says where it comes from', async () => {
    answers['POST /packages/demo/1.0.0/yank'] = () => refused(401, 'Invalid token');
    const logInLine = `log in: \`vaisc pkg login --registry ${server.url}\`.\n`;
    expect((await vaisc('yank demo@1.0.0', { env: { KONTOR_TOKEN: ' junk ' } })).err).toBe(
      `error: yank failed (HTTP 401): Invalid token. It is the one in KONTOR_TOKEN, which goes before every log-in: set another, or unset it and ${logInLine}`,
    );
    const given = await vaisc('yank demo@1.0.0 --token junk', { env: { KONTOR_TOKEN: 'other' } });
    expect(given.err).toContain('It is the one after --token: give another, or log in and leave it out:');
  });

  test.each([
    ['Version not found: demo@9.9.9', 'info demo', ' shows which there are.'],
    ['Package not found: demo', 'search demo', '.'],
  ])('of what there is not says where to look: %s', async (said, line, end) => {
    answers['POST /packages/demo/9.9.9/yank'] = () => refused(404, said);
    const { code, err } = await vaisc('yank demo@9.9.9');
    expect([code, err.startsWith(`error: yank failed (HTTP 404): ${said}. `)]).toEqual([1, true]);
    expect(err).toContain(`\`vaisc pkg ${line} --registry ${server.url}\`${end}\n`);
  });

  test('asks on a terminal for the one-time code that the server wants, and sends it with the next try', async () => {
    answers['POST /packages/demo/1.0.0/yank'] = (request) =>
      codeOf(request) === '123456'
        ? {}
        : { ...refused(401, 'Second factor required'), headers: { 'www-authenticate': 'OTP' } };
    expect(await vaisc('yank demo@1.0.0', { typed: ['123456'] })).toMatchObject({ code: 0 });
    expect((await vaisc('yank demo@1.0.0', { typed: ['000000'] })).err).toContain('Second factor required');
    expect(await vaisc('yank demo@1.0.0 --otp 123456')).toMatchObject({ code: 0, err: '' });
    expect(server.seen.map(codeOf).slice(1)).toEqual([undefined, '123456', undefined, '000000', '123456']);
  });

  test.each(['yank demo', 'yank demo@1.0.0 --version 2.0.0'])('%s makes no sense', async (line) => {
    expect((await vaisc(line)).code).toBe(2);
  });
});

describe('owners', () => {
  beforeEach(logIn);

  test('are added, removed and listed', async () => {
    answers['POST /packages/demo/owners'] = () => ({ status: 201 });
    answers['DELETE /packages/demo/owners/eve'] = () => ({ status: 204 });
    answers['GET /packages/demo'] = () => ({ json: { name: 'demo', owners: ['ada', { username: 'eve' }] } });
    expect((await vaisc('owner add demo eve')).out).toBe(`✓ eve owns demo on ${server.url}\n`);
    expect(server.seen.at(-1)?.body.toString()).toBe('{"username":"eve"}');
    expect((await vaisc('owner remove demo eve')).out).toBe(`✓ eve owns demo no more on ${server.url}\n`);
    expect((await vaisc('owner remove demo ada')).err).toMatch(
      /^error: owner remove failed \(HTTP 404\): Not found/,
    );
    expect((await vaisc('owner list demo')).out).toBe('ada\neve\n');
  });

  test('that nobody knows are refused with what to do', async () => {
    answers['POST /packages/demo/owners'] = () => refused(404, 'User not found: eve');
    answers['DELETE /packages/demo/owners/eve'] = () => refused(404, 'User not found: eve');
    expect((await vaisc('owner add demo eve')).err).toBe(
      'error: owner add failed (HTTP 404): User not found: eve. Check the name: an owner needs an account at this registry.\n',
    );
    expect((await vaisc('owner remove demo eve')).err).toContain(
      `\`vaisc pkg owner list demo --registry ${server.url}\` shows who owns it.`,
    );
  });

  test('of what there is not are refused as by the sisters, and reading takes no one-time code', async () => {
    expect(await vaisc('owner list nope')).toEqual({
      code: 1,
      out: '',
      err: `error: owner list failed (HTTP 404): Not found. Check the name, and that ${server.url} is the registry that is meant: \`vaisc pkg search nope --registry ${server.url}\`.\n`,
    });
    expect(await vaisc('owner list demo --otp 123456')).toMatchObject({
      code: 2,
      err: expect.stringContaining("unknown option '--otp'") as string,
    });
  });
});
