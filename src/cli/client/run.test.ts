import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { Fault } from '../../kernel/light/index.ts';
import type { Io } from '../io.ts';
import { Interrupted } from '../interrupted.ts';
import { command } from './command.ts';
import type { Commands, Entry } from './commands.ts';
import { runClient, type ClientOptions } from './run.ts';
import { runVaisc } from './vaisc.ts';
import { version } from '../version.ts';

const entry = (about: string, made: Awaited<ReturnType<Entry['load']>>): Entry => ({
  about,
  load: async () => made,
});

/** Clears the screen, hides, returns to the start of the line, does it in C1, turns the direction, and has an end. */
const HOSTILE = 'x\u001B[2J\u001B[8m\r\u009B2J\u202E\uFEFFy';

const commands: Commands = {
  install: entry(
    'bring packages here',
    command({
      arguments: '[NAME]...',
      options: {
        registry: { value: 'URL', about: 'where from' },
        update: { about: 'anew' },
        sort: { value: 'HOW', choices: ['name', 'newest'], about: 'order' },
        'no-offline': { about: 'ask' },
      },
      run: (context, args, given) => {
        context.say(`${context.paint.green('✓')} Installed`);
        context.print([...args, ...Object.entries(given).map(([key, value]) => `${key}=${value}`)].join(' '));
        context.document({ args, given });
        context.note('beside it');
        context.warn('careful');
        return 0;
      },
    }),
  ),
  yank: entry('mark a version', command({ arguments: 'NAME [OTHER]', run: () => 0 })),
  'owner add': entry('add one', command({ arguments: 'NAME USER', run: () => 1 })),
  'owner list': entry('show them', command({ arguments: 'NAME', run: () => 0 })),
  echo: entry(
    'print what others say',
    command({
      run: (context) => {
        context.print(`${context.paint.green('✓')} ${HOSTILE}`);
        context.say(HOSTILE);
        context.note(HOSTILE);
        context.warn(HOSTILE);
        context.document({ said: HOSTILE });
        throw new Fault('conflict', `They say ${HOSTILE}`);
      },
    }),
  ),
  fail: entry(
    'fail',
    command({
      arguments: 'HOW',
      run: (context, [how]) => {
        if (how === 'fault') throw new Fault('package_not_found', 'There is no package demo.');
        if (how === 'bug') throw new TypeError('x is not a function');
        context.signal.throwIfAborted();
        return 0;
      },
    }),
  ),
};

interface Options {
  env?: Record<string, string>;
  terminal?: boolean;
  program?: ClientOptions['program'];
  interrupt?: AbortSignal;
}

async function client(
  line: string,
  { env = {}, terminal = false, program = 'vaisc pkg', interrupt = AbortSignal.abort() }: Options = {},
) {
  let [out, err] = ['', ''];
  const io: Io = {
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    terminal: { in: terminal, out: terminal, err: terminal },
    stdin: new PassThrough(),
    env,
    cwd: '/',
  };
  const args = line === '' ? [] : line.split(' ');
  const code = await runClient(args, { io, program, commands, interrupt: () => interrupt });
  return { code, out, err };
}

describe('a command line', () => {
  test('has arguments and options in any order, with values apart or after =', async () => {
    const { out, code } = await client('install a --registry http://x --update b --sort=name --no-offline');
    expect(code).toBe(0);
    expect(out.split('\n')[1]).toBe('a b registry=http://x update=true sort=name no-offline=true');
  });

  test.each([
    ['install --frobnicate', "unknown option '--frobnicate'"],
    ['install -x', "unknown option '-x'"],
    ['install --registry', "option '--registry URL' needs a value"],
    ['install --update=yes', "option '--update' takes no value"],
    ['install --sort age', "option '--sort' is one of name, newest, not 'age'"],
    ['yank', "'yank' needs NAME"],
    ['yank a b c', "'yank' does not take 'c'"],
    ['instal', "unknown command 'instal'; did you mean install?"],
    ['package', "there is no command 'package' here; pack makes the archive that publish sends"],
    ['audit --json', "there is no command 'audit' here; this client knows no advisories"],
    ['uninstall a', "there is no command 'uninstall' here; remove takes dependencies out of vais.toml"],
    ['rm a', "there is no command 'rm' here; remove takes dependencies out of vais.toml"],
    [
      'i a',
      "there is no command 'i' here; install brings what vais.toml names, and add NAME writes it there",
    ],
    ['ls', "there is no command 'ls' here; list shows what vais.toml names, and tree what that needs"],
    ['new a', "there is no command 'new' here; init makes a package of the folder that you are in"],
    ['upgrade', "there is no command 'upgrade' here; update chooses newer versions"],
    [
      'run x',
      "there is no command 'run' here; this client fetches and publishes packages, and compiles, tests and runs nothing",
    ],
    ['owner steal', "unknown command 'owner steal'; there are add, list"],
    ['owner add demo', "'owner add' needs USER"],
    ['--frobnicate', "unknown option '--frobnicate'"],
    ['--json', 'no command is given'],
    ['--quiet install a', 'options go behind the command: vaisc pkg install a --quiet'],
  ])('that makes no sense is refused with 2: %s', async (line, message) => {
    const { code, err } = await client(line);
    expect(err.split('\n')[0]).toBe(`error: ${message}`);
    expect(code).toBe(2);
  });

  test('that makes no sense to a command says where to look', async () => {
    expect((await client('owner add demo')).err).toContain(
      '(vaisc pkg owner add --help shows what there is)\n',
    );
    expect((await client('nonsense')).err).toContain('(vaisc pkg --help shows what there is)\n');
  });

  test.each(['--version', '-V'])('%s says which', async (line) => {
    expect(await client(line)).toMatchObject({ code: 0, out: `vaisc ${version()}\n`, err: '' });
  });

  test('without pkg is told where its command is', async () => {
    let err = '';
    const io: Io = {
      out: () => undefined,
      err: (text) => void (err += text),
      terminal: { in: false, out: false, err: false },
      stdin: new PassThrough(),
      env: {},
      cwd: '/',
    };
    expect(await runVaisc(['install', 'demo'], io)).toBe(2);
    expect(err).toBe("error: this vaisc is a package manager: 'vaisc pkg install' is meant\n");
    err = '';
    expect(await runVaisc(['build'], io)).toBe(2);
    expect(err).toContain("this vaisc is a package manager, and cannot 'build'\n(vaisc pkg --help");
  });

  test('takes what follows -- for arguments', async () => {
    expect((await client('install -- --update')).out).toContain('\n--update\n');
  });

  test('without a command shows the help where errors go, with 2; asked for it is no error', async () => {
    const bare = await client('');
    expect(bare).toMatchObject({ code: 2, out: '' });
    expect(await client('--help')).toEqual({ code: 0, out: bare.err, err: '' });
    expect(bare.err).toContain('  install     bring packages here\n');
  });

  test.each(['install --help', 'help install', 'install -h'])('%s shows what it takes', async (line) => {
    const { code, out } = await client(line);
    expect(code).toBe(0);
    expect(out).toContain('Usage: vaisc pkg install [NAME]... [options]\n');
    expect(out).toMatch(/^ {2}--registry URL +where from$/m);
    expect(out).toMatch(/^ {2}-h, --help +/m);
  });

  test('that names only a group shows what is in it', async () => {
    const { code, err } = await client('owner');
    expect(code).toBe(2);
    expect(err).toBe(
      'Usage: vaisc pkg owner COMMAND [options]\n\n  owner add   add one\n  owner list  show them\n',
    );
    expect(await client('owner --help')).toEqual({ code: 0, out: err, err: '' });
  });

  test('that names only a group is an error for scripts, and help that is asked for is text', async () => {
    const { code, out } = await client('owner --json');
    const message = "'owner' is a group of commands: add, list";
    expect({ code, document: JSON.parse(out) as unknown }).toEqual({
      code: 2,
      document: { error: { code: 'misuse', message } },
    });
    for (const line of ['owner --help --json', 'help --json', 'install --help --json'])
      expect(await client(line)).toMatchObject({ code: 0, out: expect.stringMatching(/^Usage: /), err: '' });
  });
});

describe('[S-19] what is written', () => {
  test('with --json is one document on standard output', async () => {
    const { out, err } = await client('install a --json');
    expect(JSON.parse(out)).toEqual({ args: ['a'], given: {} });
    expect(err).toBe('beside it\nwarning: careful\n');
  });

  test('with --quiet is the result and warnings', async () => {
    expect(await client('install a -q')).toEqual({ code: 0, out: 'a\n', err: 'warning: careful\n' });
  });

  test.each([
    ['on a terminal', true, {}, '', true],
    ['in a pipe', false, {}, '', false],
    ['with NO_COLOR', true, { NO_COLOR: '1' }, '', false],
    ['with an empty NO_COLOR', true, { NO_COLOR: '' }, '', true],
    ['on a dumb terminal', true, { TERM: 'dumb' }, '', false],
    ['with FORCE_COLOR in a pipe', false, { FORCE_COLOR: '1' }, '', true],
    ['with FORCE_COLOR=0', true, { FORCE_COLOR: '0' }, '', false],
    ['with --color=never', true, { FORCE_COLOR: '1' }, ' --color=never', false],
    ['with --no-color', true, {}, ' --no-color', false],
    ['with --color always', false, { NO_COLOR: '1' }, ' --color always', true],
  ])('has the colours that are wanted %s', async (_where, terminal, env, option, coloured) => {
    const { out } = await client(`install${option}`, { terminal, env });
    expect(out.split('\n')[0]).toBe(coloured ? '\u001B[32m✓\u001B[39m Installed' : '✓ Installed');
  });
});

describe('what others say', () => {
  test.each([
    ['in a pipe', false],
    ['on a terminal', true],
  ])('does nothing to a terminal: %s', async (_where, terminal) => {
    const { out, err } = await client('echo', { terminal });
    const said = `x�[2J�[8m��2J��y`;
    const mark = terminal ? '\u001B[32m✓\u001B[39m' : '✓';
    expect(out).toBe(`${mark} ${said}\n${said}\n`);
    expect(err).toBe(`${said}\nwarning: ${said}\nerror: They say ${said}\n`);
  });

  test('is the same in a document, and does as little there', async () => {
    const { out } = await client('echo --json');
    expect(out).toMatch(/^[ -~\n]*$/);
    const [document, error] = out.split(/(?<=^\})\n/m);
    expect(JSON.parse(document ?? '')).toEqual({ said: HOSTILE });
    expect(JSON.parse(error ?? '')).toEqual({ error: { code: 'conflict', message: `They say ${HOSTILE}` } });
  });
});

describe('an error', () => {
  test('is a sentence, and 1', async () => {
    const { code, out, err } = await client('fail fault');
    expect({ code, out, err }).toEqual({ code: 1, out: '', err: 'error: There is no package demo.\n' });
  });

  test('of ours says how to see where it came from', async () => {
    const { err } = await client('fail bug');
    expect(err).toContain('KONTOR_LOG_LEVEL=debug');
    expect((await client('fail bug', { env: { KONTOR_LOG_LEVEL: 'debug' } })).err).toContain('run.test.ts');
  });

  test.each([
    ['fail fault --json', 'package_not_found', 'There is no package demo.'],
    ['fail bug --json', 'internal', 'x is not a function'],
    ['fail --nope --json', 'misuse', "unknown option '--nope'"],
  ])('is a document too: %s', async (line, code, message) => {
    const { out, err } = await client(line);
    expect(JSON.parse(out)).toEqual({ error: { code, message } });
    expect(err).toContain(`error: ${message}\n`);
  });

  test('that comes of an interruption is silent, and 130, or 143 for SIGTERM', async () => {
    expect(await client('fail interrupted')).toEqual({ code: 130, out: '', err: '' });
    const interrupt = AbortSignal.abort(new Interrupted(143));
    expect(await client('fail interrupted', { interrupt })).toEqual({ code: 143, out: '', err: '' });
  });

  test('that comes of an interruption is a document for scripts', async () => {
    const { code, out, err } = await client('fail interrupted --json');
    expect({ code, err }).toEqual({ code: 130, err: '' });
    expect(JSON.parse(out)).toEqual({ error: { code: 'interrupted', message: 'Interrupted.' } });
  });
});
