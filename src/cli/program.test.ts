import { PassThrough } from 'node:stream';
import { beforeEach, describe, expect, test } from 'vitest';
import { memoryAccountStore, type MemoryAccountStore } from '../../test/contracts/memory-account-store.ts';
import { createAccounts, type Accounts } from '../accounts/index.ts';
import { Fault } from '../kernel/index.ts';
import { CHAIN_START, theServer } from '../ledger/index.ts';
import type { Io } from './io.ts';
import { run } from './program.ts';
import type { VerifyReport } from '../registry/index.ts';
import type { CliConfig, Kontor, ServerFace } from './server-face.ts';

const NOW = 1_700_000_000_000;
const part = (blobs: number, bytes: number) => ({ blobs, bytes });
const rest = { previews: part(5, 50), events: 7, unsealed: 1, orphans: 3, problems: [] };
const whole: VerifyReport = { ...part(2, 4096), owned: part(1, 96), cached: part(1, 4000), ...rest };

let store: MemoryAccountStore;
let accounts: Accounts;
let report: VerifyReport;
let calls: string[];
let settings: CliConfig;

beforeEach(() => {
  store = memoryAccountStore();
  accounts = createAccounts(store, () => NOW);
  report = whole;
  calls = [];
  settings = {
    values: { host: '127.0.0.1', port: 3000, publicUrl: undefined },
    sources: [{ name: 'port', value: '3000', source: 'default' }],
    warnings: ['a sample password'],
  };
});

const open = { visibility: 'public', publish: 'anyone', organisation: null } as const;

/** Commands that need more than fits here are tested in test/system. */
const notHere = {} as Omit<
  Kontor,
  'accounts' | 'catalogue' | 'close' | 'createRegistry' | 'migrate' | 'store' | 'verify'
>;

const kontor = (): Kontor => ({
  ...notHere,
  catalogue: {
    registries: async () => [
      { id: 1, name: 'npm', format: 'npm', ...open, createdAt: NOW },
      { id: 2, name: 'team-npm', format: 'npm', ...open, createdAt: NOW },
    ],
  },
  accounts,
  store: {
    counts: {} as Kontor['store']['counts'],
    events: { sealed: async () => [], unsealed: async () => 2 },
    audit: {
      find: async (query) => {
        calls.push(`find ${JSON.stringify(query)}`);
        return [];
      },
      head: async () => ({ seq: 0, hash: CHAIN_START }),
      segments: async () => [],
    },
  },
  createRegistry: async (name, format) => ({ id: 3, name, format, ...open, createdAt: NOW }),
  verify: async () => report,
  migrate: async () => ['0001-foundation'],
  close: async () => void calls.push('close'),
});

const server = (): ServerFace => ({
  loadConfig: ({ configFile }) => {
    calls.push(`config ${configFile ?? 'of the folder'}`);
    return settings;
  },
  describeConfig: () => 'port  3000  default',
  openKontor: async (_config, { create }) => {
    calls.push(`open, create ${create}`);
    return kontor();
  },
  sendTestMail: async (_config, address) => {
    calls.push(`mail to ${address}`);
    return { from: 'kontor@example.com', via: 'mail.example.com:587' };
  },
  serve: () => Promise.reject(new Error('not in this test')),
  askWhy: () => Promise.reject(new Error('not in this test')),
});

interface Options {
  input?: string;
  typed?: readonly string[];
  terminal?: boolean;
  env?: Record<string, string>;
  load?: () => Promise<ServerFace>;
  /** What this server does otherwise. */
  face?: Partial<ServerFace>;
}

/** Runs a command line; `typed` lines come one after each question, `input` comes from a pipe. */
async function kontorDoes(
  args: string,
  { input, typed, terminal = false, env = {}, load, face }: Options = {},
) {
  const stdin = new PassThrough();
  if (input !== undefined) stdin.end(input);
  const answers = [...(typed ?? [])];
  let out = '';
  let err = '';
  const io: Io = {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
      if (text.endsWith(': ')) setImmediate(() => stdin.write(answers.shift() ?? ''));
    },
    terminal: { in: typed !== undefined, out: terminal, err: terminal },
    stdin,
    env,
    cwd: '/',
  };
  const code = await run(
    args.split(' ').filter(Boolean),
    io,
    load ?? (async () => ({ ...server(), ...face })),
  );
  return { code, out, err };
}

const administrator = (name = 'chef') =>
  accounts.register({ name, password: 'Xk3$vb!e', role: 'administrator' }, theServer);

describe('the command line', () => {
  test('tells its version without loading the server', async () => {
    const { code, out } = await kontorDoes('--version', {
      load: () => Promise.reject(new Error('was loaded')),
    });
    expect({ code, out }).toEqual({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  });

  test('lists its commands on --help, on standard output', async () => {
    const { code, out, err } = await kontorDoes('--help');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    for (const command of ['audit', 'serve', 'migrate', 'admin', 'token', 'registry', 'verify', 'config']) {
      expect(out).toContain(`  ${command} `);
    }
  });

  test.each([
    ['', /Usage: kontor/],
    ['servr', /^kontor: unknown command 'servr'\n\(Did you mean serve\?\)/],
    ['serve --fast', /^kontor: unknown option '--fast'/],
    ['admin create-user', /missing required argument 'name'/],
    ['admin create-user anna --role root', /Allowed choices are administrator, user/],
    ['registry create team', /required option '--format <format>' not specified/],
    ['registry create team --format cargo', /Allowed choices are npm, zig/],
    ['audit list --result maybe', /Allowed choices are done, refused/],
    ['verify now', /too many arguments/],
  ])('%j makes no sense: exit code 2 and a sentence', async (args, sentence) => {
    const { code, out, err } = await kontorDoes(args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(sentence);
    expect(calls).toEqual([]);
  });

  test.each(['--config other.yaml registry list', 'registry list --config other.yaml'])(
    'takes the settings file wherever it stands: %s',
    async (args) => {
      expect(await kontorDoes(args)).toMatchObject({ code: 0 });
      expect(calls).toContain('config other.yaml');
    },
  );

  test('prints every line of a refusal, exits with 1 and shows no stack', async () => {
    const face: Partial<ServerFace> = {
      loadConfig: () => {
        throw new Fault('config_invalid', 'KONTOR_PORT is no port.\nKONTOR_DATE is not known.');
      },
    };
    expect(await kontorDoes('verify', { face })).toEqual({
      code: 1,
      out: '',
      err: 'kontor: KONTOR_PORT is no port.\nkontor: KONTOR_DATE is not known.\n',
    });
  });

  test('shows the stack to those who debug only', async () => {
    const refused = new AggregateError([new Error('refused by ::1'), new Error('and more')]);
    const face: Partial<ServerFace> = { openKontor: () => Promise.reject(refused) };
    const plain = await kontorDoes('verify', { face });
    expect(plain.code).toBe(1);
    expect(plain.err).toMatch(/^kontor: refused by ::1\nkontor: and more\n/);
    expect(plain.err).not.toMatch(/^ +at /m);
    const debug = await kontorDoes('verify', { face, env: { KONTOR_LOG_LEVEL: 'debug' } });
    expect(debug.err).toMatch(/^ +at /m);
  });

  test.each(['verify', 'registry list', 'registry create team --format npm', 'token create'])(
    '%s makes no store and closes the one it opened',
    async (args) => {
      await administrator();
      await kontorDoes(args);
      expect(calls.slice(1)).toEqual(['open, create false', 'close']);
    },
  );

  test('migrate may make the store, and names what it applied', async () => {
    expect(await kontorDoes('migrate')).toMatchObject({ code: 0, out: 'applied 0001-foundation\n' });
    expect(calls.slice(1)).toEqual(['open, create true', 'close']);
  });
});

describe('admin create-user', () => {
  test('reads the password from a pipe', async () => {
    const done = await kontorDoes('admin create-user anna --email anna@example.com', { input: 'Xk3$vb!e\n' });
    expect(done).toEqual({ code: 0, out: 'created user anna\n', err: '' });
    expect(await accounts.login('anna', 'Xk3$vb!e', null)).toMatchObject({
      role: 'user',
      email: 'anna@example.com',
    });
  });

  test.each([
    ['without a line end', 'Xk3$vb!e'],
    ['with the line end of Windows', 'Xk3$vb!e\r\n'],
    ['with more lines behind it', 'Xk3$vb!e\nanother\n'],
  ])('takes the first line: %s', async (_what, input) => {
    expect(await kontorDoes('admin create-user anna --password-stdin', { input })).toMatchObject({ code: 0 });
    expect(await accounts.login('anna', 'Xk3$vb!e', null)).toMatchObject({ name: 'anna' });
  });

  test('asks twice at a terminal and shows nothing of what is typed', async () => {
    const { code, out, err } = await kontorDoes('admin create-user anna --role administrator', {
      typed: ['Xk3$vb!e\r', 'Xk3$vb!e\r'],
    });
    expect({ code, out, err }).toEqual({
      code: 0,
      out: 'created user anna\n',
      err: 'Password: \nOnce more: \n',
    });
    expect(await accounts.login('anna', 'Xk3$vb!e', null)).toMatchObject({ role: 'administrator' });
  });

  test('makes nobody if the two passwords differ', async () => {
    const { code, err } = await kontorDoes('admin create-user anna', { typed: ['Xk3$vb!e\r', 'Xk3$vb!f\r'] });
    expect(code).toBe(1);
    expect(err).toContain('kontor: The two passwords differ');
    expect(store.users).toEqual([]);
  });

  test('ends quietly on Ctrl-C', async () => {
    const { code, err } = await kontorDoes('admin create-user anna', { typed: ['Xk3\u0003'] });
    expect({ code, err }).toEqual({ code: 130, err: 'Password: \n' });
    expect(calls).toContain('close');
  });

  test.each([
    ['an empty pipe', { input: '' }],
    ['an empty line', { input: '\n' }],
    ['a line without end', { input: 'x'.repeat(100_000) }],
    ['a weak one', { input: 'password1\n' }],
    ['nothing typed', { typed: ['\r'] }],
    ['the end of input typed', { typed: ['\u0004'] }],
  ])('refuses %s', async (_what, options) => {
    const { code, err } = await kontorDoes('admin create-user anna', options);
    expect(code).toBe(1);
    expect(err).toMatch(/^kontor: .*\.$/m);
    expect(store.users).toEqual([]);
  });

  test('says that a user exists', async () => {
    await administrator('anna');
    const { code, err } = await kontorDoes('admin create-user Anna', { input: 'Xk3$vb!e\n' });
    expect(code).toBe(1);
    expect(err).toContain('exists');
  });
});

describe('token create', () => {
  test('[P-40] prints a token that works, and nothing else, with no more than the command typed', async () => {
    const chef = await administrator();
    const { code, out, err } = await kontorDoes('token create');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^ktr_[0-9A-Za-z]{36}\n$/);
    expect(await accounts.authenticate(out.trim(), null)).toMatchObject({
      user: chef,
      scopes: ['read', 'publish', 'yank'],
    });
  });

  test('hints at npm at a terminal, without repeating the token', async () => {
    await administrator();
    const { out, err } = await kontorDoes('token create', { terminal: true });
    expect(err).toContain('npm config set //localhost:3000/npm/:_authToken TOKEN');
    expect(err).not.toContain(out.trim());
    settings = { ...settings, values: { ...settings.values, host: 'fd00::7', port: 80 } };
    expect((await kontorDoes('token create', { terminal: true })).err).toContain('set //[fd00::7]:80/npm/');
    settings = { ...settings, values: { ...settings.values, publicUrl: 'https://kontor.example.com/reg' } };
    expect((await kontorDoes('token create', { terminal: true })).err).toContain(
      'set //kontor.example.com/reg/npm/:_authToken',
    );
  });

  test('makes tokens that only read, that end, and for others', async () => {
    await administrator();
    await accounts.register({ name: 'anna', password: 'Xk3$vb!e' }, theServer);
    const before = Date.now();
    const { out } = await kontorDoes('token create --user ANNA --read-only --expires 30d --name ci');
    const [row] = [...store.tokens.values()];
    expect(row).toMatchObject({ userId: 2, scopes: ['read'] });
    expect(row?.expiresAt).toBeGreaterThanOrEqual(before + 30 * 86_400_000);
    expect(await accounts.authenticate(out.trim(), null)).toMatchObject({ user: { name: 'anna' } });
  });

  test.each([
    ['an unknown user', 'token create --user bob', /no user of this name/],
    ['no user, with several administrators', 'token create', /several administrators \(chef, boss\)/],
    ['a life of nonsense', 'token create --user chef --expires soon', /such as 12h or 30d/],
    ['a life of a thousand years', 'token create --user chef --expires 99999w', /at most 100 years/],
    ['a life of nothing', 'token create --user chef --expires 0d', /such as 12h or 30d/],
    ['a scope that is none', 'token create --user chef --scopes write', /no scope write/],
    ['scopes said twice', 'token create --user chef --scopes read --read-only', /not both/],
    ['addresses of nonsense', 'token create --user chef --cidr here', /no range of addresses/],
  ])('refuses %s and makes none', async (_what, args, sentence) => {
    await administrator('chef');
    await administrator('boss');
    const { code, out, err } = await kontorDoes(args);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(sentence);
    expect(store.tokens.size).toBe(0);
  });
});

describe('token create, list and revoke', () => {
  test('make tokens with limits and show what they are limited to', async () => {
    await administrator();
    await kontorDoes(
      'token create --name ci --scopes publish,admin --packages demo --packages @acme/* --registries npm --organisations acme --cidr 10.0.0.0/8,::1 --bypass-2fa',
    );
    const { out } = await kontorDoes('token list --json');
    expect(JSON.parse(out)).toMatchObject([
      {
        name: 'ci',
        scopes: ['publish', 'admin'],
        limits: {
          registries: ['npm'],
          packages: ['demo', '@acme/*'],
          organisations: ['acme'],
          addresses: ['10.0.0.0/8', '::1/128'],
        },
        bypassSecondFactor: true,
        expiresAt: null,
        lastUsedAt: null,
      },
    ]);
    const table = (await kontorDoes('token list')).out;
    expect(table).toMatch(/^ID +TOKEN +NAME +MAY +ONLY +EXPIRES +LAST USED\n/);
    expect(table).toContain('npm,demo,@acme/*,acme,10.0.0.0/8,::1/128');
  });

  test('end a token by the beginning of its id, or by itself', async () => {
    await administrator();
    const [one, two] = [await kontorDoes('token create'), await kontorDoes('token create')];
    const [first] = [...store.tokens.keys()];
    expect(await kontorDoes(`token revoke ${first?.slice(0, 12)}`)).toMatchObject({ code: 0, out: '' });
    expect(await kontorDoes(`token revoke ${two.out.trim()}`)).toMatchObject({ code: 0 });
    for (const { out } of [one, two])
      await expect(accounts.authenticate(out.trim(), null)).rejects.toMatchObject({ code: 'token_invalid' });
    expect(await kontorDoes(`token revoke ${first?.slice(0, 12)}`)).toMatchObject({
      code: 1,
      err: expect.stringContaining('no such token'),
    });
  });

  test('end none where several are meant', async () => {
    const chef = await administrator();
    // There are 16 digits to begin with.
    for (let i = 0; i < 17; i++)
      await accounts.issueToken(chef, { name: 'ci', scopes: ['read'], expiresAt: null }, theServer);
    const beginnings = [...store.tokens.keys()].map((hash) => hash.charAt(0));
    const shared = beginnings.find((one, i) => beginnings.indexOf(one) !== i);
    const { code, err } = await kontorDoes(`token revoke ${shared}`);
    expect({ code, err }).toMatchObject({ code: 1, err: expect.stringContaining('give more of it') });
  });
});

describe('registry', () => {
  test('list shows an aligned table', async () => {
    expect((await kontorDoes('registry list')).out).toBe(
      [
        'NAME      FORMAT  PATH        VISIBILITY  PUBLISH  CREATED',
        'npm       npm     /npm/       public      anyone   2023-11-14T22:13:20.000Z',
        'team-npm  npm     /team-npm/  public      anyone   2023-11-14T22:13:20.000Z',
        '',
      ].join('\n'),
    );
  });

  test('list --json is for scripts', async () => {
    const { out } = await kontorDoes('registry list --json');
    expect(JSON.parse(out)).toContainEqual({
      name: 'team-npm',
      format: 'npm',
      path: '/team-npm/',
      ...open,
      createdAt: '2023-11-14T22:13:20.000Z',
    });
  });

  test('create says where the registry is', async () => {
    expect(await kontorDoes('registry create team-npm --format npm')).toEqual({
      code: 0,
      out: 'created registry team-npm (npm) at /team-npm/\n',
      err: '',
    });
  });
});

describe('verify', () => {
  test('exits with 0 when the store is whole, leftovers or not', async () => {
    const { code, out } = await kontorDoes('verify');
    expect(code).toBe(0);
    expect(out).toMatch(
      /^blobs +2 with 4096 bytes\nowned +1 with 96 bytes\ncached +1 with 4000 bytes.*\npreviews +5 with 50 bytes\nevents +7, and 1 not yet sealed\nleftovers +3 /,
    );
    expect(out).toMatch(/the store is whole\n$/);
  });

  test('exits with 1 and names every problem', async () => {
    report = { ...whole, problems: ['npm/demo is gone.', 'npm/other has 3 bytes instead of 4.'] };
    const { code, out } = await kontorDoes('verify');
    expect(code).toBe(1);
    expect(out).toContain('- npm/demo is gone.\n- npm/other has 3 bytes instead of 4.\n');
    const asJson = await kontorDoes('verify --json');
    expect(asJson.code).toBe(1);
    expect(JSON.parse(asJson.out)).toEqual({ clean: false, ...report });
  });
});

test('admin send-test-mail opens no store and says how the mail went', async () => {
  expect((await kontorDoes('admin send-test-mail ann@example.com')).out).toBe(
    'sent to ann@example.com, from kontor@example.com, through mail.example.com:587\n',
  );
  expect(calls).toEqual(['config of the folder', 'mail to ann@example.com']);
});

describe('config', () => {
  test('shows the settings without opening a store', async () => {
    expect(await kontorDoes('config')).toEqual({
      code: 0,
      out: 'port  3000  default\n',
      err: 'warning: a sample password\n',
    });
    expect(calls).toEqual(['config of the folder']);
  });

  test('--json holds sources and warnings', async () => {
    expect(JSON.parse((await kontorDoes('config --json')).out)).toEqual({
      settings: settings.sources,
      warnings: ['a sample password'],
    });
  });
});

describe('audit', () => {
  test('list passes its filter and page on', async () => {
    const filter = '--actor anna --type package. --registry npm --package demo --result refused';
    expect(
      await kontorDoes(
        `audit list ${filter} --since 2026-01-31 --until 2026-02-01T12:00Z --limit 3 --before 9`,
      ),
    ).toMatchObject({ code: 0, err: '' });
    const since = Date.UTC(2026, 0, 31);
    const until = Date.UTC(2026, 1, 1, 12);
    const wanted = { actor: 'anna', type: 'package.', registry: 'npm', package: 'demo', result: 'refused' };
    const query = { filter: { ...wanted, since, until }, order: 'newest', after: 9, limit: 3 };
    expect(calls).toContain(`find ${JSON.stringify(query)}`);
  });

  test.each([
    ['list --since yesterday', /yesterday is no time/],
    ['export --until 2026-13-01', /2026-13-01 is no time/],
    ['list --limit 0', /--limit takes a whole number/],
    ['verify --head 7', /a number, a colon and a hash/],
  ])('%s is refused before the store is opened', async (args, sentence) => {
    const { code, err } = await kontorDoes(`audit ${args}`);
    expect(code).toBe(1);
    expect(err).toMatch(sentence);
    expect(calls.filter((call) => call.startsWith('open'))).toEqual([]);
  });

  test('verify says what it looked at, and fails if a head that was noted is not there', async () => {
    const { code, out } = await kontorDoes('audit verify');
    expect(code).toBe(0);
    expect(out).toContain('0, and 2 not yet sealed');
    expect(out).toContain(`head      0:${CHAIN_START}`);
    const later = await kontorDoes(`audit verify --json --head 5:${'a'.repeat(64)}`);
    expect(later.code).toBe(1);
    expect(JSON.parse(later.out)).toMatchObject({ whole: false, problems: [expect.any(String)] });
  });
});
