import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { publish, register } from '../setup/publish.ts';
import { temporaryFolder } from '../setup/resources.ts';
import type { RunOptions, RunResult } from '../setup/run.ts';
import { kontor, startKontor, type RunningKontor } from '../setup/server.ts';

/** What every refusal looks like: nothing for scripts to read, a sentence for people, and no stack. */
function refusal(sentence: RegExp) {
  return {
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(new RegExp(`^kontor: .*${sentence.source}.*[.?]\\n$`)) as string,
  };
}

async function whoami(server: RunningKontor, token: string): Promise<unknown> {
  const headers = { authorization: `Bearer ${token}` };
  return (await fetch(`${server.url}/npm/-/whoami`, { headers })).json();
}

async function login(server: RunningKontor, name: string, password: string): Promise<number> {
  const answer = await fetch(`${server.url}/npm/-/user/org.couchdb.user:${name}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, password }),
  });
  await answer.body?.cancel();
  return answer.status;
}

describe('without a store', () => {
  test('--help tells every command, --version one line', async () => {
    const help = await kontor(['--help']);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    for (const command of ['serve', 'migrate', 'verify', 'config', 'admin', 'token', 'registry'])
      expect(help.stdout).toMatch(new RegExp(`^ +${command}\\b`, 'm'));
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    expect(await kontor(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  test('a command that there is not exits with 2 and a hint', async () => {
    const { code, stdout, stderr } = await kontor(['serv']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/Did you mean serve\?/);
  });

  test('no command but serve and migrate makes one by accident', async () => {
    const data = join(temporaryFolder('none'), 'data');
    const commands = [
      ['token', 'create'],
      ['registry', 'list'],
      ['registry', 'create', 'team', '--format', 'npm'],
      ['verify'],
      ['admin', 'create-user', 'bert'],
    ];
    for (const args of commands) {
      const result = await kontor(args, { env: { KONTOR_DATA: data }, input: 'Xk3$vb!e-Qw9\n' });
      expect(result).toEqual(refusal(/There is no Kontor store at .*KONTOR_DATA/));
    }
    expect(existsSync(data)).toBe(false);
  });

  test('migrate makes one, says what it applied, and the second time that nothing is left to do', async () => {
    const env = { KONTOR_DATA: join(temporaryFolder('new'), 'data') };
    const first = await kontor(['migrate'], { env });
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toMatch(/^(applied \d{4}-\S+\n)+$/);
    expect(await kontor(['migrate'], { env })).toMatchObject({
      code: 0,
      stdout: 'the schema is up to date\n',
    });
  });

  test('config tells where each value comes from, and no secret', async () => {
    const cwd = temporaryFolder('settings');
    writeFileSync(join(cwd, '.env'), 'KONTOR_SECRET=from-the-dot-env-file\nKONTOR_LOG_LEVEL=warn\n');
    writeFileSync(join(cwd, 'kontor.yaml'), 'maxTarballBytes: 3MB\nlogLevel: trace\n');
    const env = {
      KONTOR_PORT: '4001',
      KONTOR_DATABASE: 'postgresql://kontor:hidden-password@db.example.com/kontor',
      ADMIN_PASSWORD: 'another-hidden-one',
    };
    const { code, stdout } = await kontor(['config'], { cwd, env });
    expect(code).toBe(0);
    const rows = new Map(
      stdout.split('\n').map((line): [string, string[]] => {
        const [name = '', ...rest] = line.split(/ {2,}/);
        return [name, rest];
      }),
    );
    expect(rows.get('port')).toEqual(['4001', 'KONTOR_PORT']);
    expect(rows.get('logLevel')).toEqual(['warn', 'KONTOR_LOG_LEVEL in .env']);
    expect(rows.get('maxTarballBytes')?.[1]).toMatch(/kontor\.yaml/);
    expect(rows.get('sweepGrace')?.[1]).toBe('default');
    expect(rows.get('secret')).toEqual(['***', 'KONTOR_SECRET in .env']);
    expect(rows.get('adminPassword')).toEqual(['***', 'ADMIN_PASSWORD']);
    expect(stdout).not.toMatch(/hidden|from-the-dot-env-file/);
  });

  test('a misspelt setting is named with the right one, before anything is made', async () => {
    const cwd = temporaryFolder('misspelt');
    const result = await kontor(['serve'], { cwd, env: { KONTOR_PROT: '4001' } });
    expect(result).toEqual(refusal(/KONTOR_PROT is not a setting: did you mean KONTOR_PORT/));
    expect(existsSync(join(cwd, 'data'))).toBe(false);
  });
});

describe('beside a running server', () => {
  let server: RunningKontor;
  beforeAll(async () => {
    server = await startKontor();
  });
  const beside = (args: string[], options: RunOptions = {}): Promise<RunResult> =>
    kontor(args, { ...options, env: { KONTOR_DATA: server.data, ...options.env } });

  test('[P-40] one command makes a token of the first administrator, with which one publishes', async () => {
    const { code, stdout, stderr } = await beside(['token', 'create']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const token = stdout.trim();
    expect(stdout).toBe(`${token}\n`);
    expect(await whoami(server, token)).toEqual({ username: 'admin' });
    expect(await publish(server, token, 'by-command-line', '1.0.0')).toMatchObject({ status: 201 });
  });

  test('a read-only token reads but may not publish, and a life that is none is refused', async () => {
    const reading = (await beside(['token', 'create', '--read-only'])).stdout.trim();
    expect(await whoami(server, reading)).toEqual({ username: 'admin' });
    expect(await publish(server, reading, 'by-reader', '1.0.0')).toMatchObject({ status: 403 });
    const refused = await beside(['token', 'create', '--expires', 'soon']);
    expect(refused).toEqual(refusal(/such as 12h or 30d/));
  });

  test('makes a user with a piped password, who logs in at once', async () => {
    const made = await beside(['admin', 'create-user', 'bert', '--email', 'bert@example.com'], {
      input: 'Xk3$vb!e-Qw9\n',
    });
    expect(made).toEqual({ code: 0, stdout: 'created user bert\n', stderr: '' });
    expect(await login(server, 'bert', 'Xk3$vb!e-Qw9')).toBe(201);
    expect(await login(server, 'bert', 'Xk3$vb!e-Qw8')).toBe(401);
    const token = (await beside(['token', 'create', '--user', 'bert'])).stdout.trim();
    expect(await whoami(server, token)).toEqual({ username: 'bert' });
    const again = await beside(['admin', 'create-user', 'bert'], { input: 'Xk3$vb!e-Qw9\n' });
    expect(again).toEqual(refusal(/bert/));
    expect(await beside(['admin', 'create-user', 'carl'], { input: '' })).toEqual(refusal(/No password/));
    expect(await beside(['token', 'create', '--user', 'carl'])).toEqual(refusal(/no user/));
  });

  test('makes a registry, which the server serves without a restart', async () => {
    expect((await fetch(`${server.url}/team/-/ping`)).status).toBe(404);
    expect(await beside(['registry', 'create', 'team', '--format', 'npm'])).toEqual({
      code: 0,
      stdout: 'created registry team (npm) at /team/\n',
      stderr: '',
    });
    const token = await register(server, 'dora');
    expect(await publish(server, token, 'demo', '1.0.0', { registry: 'team' })).toMatchObject({
      status: 201,
    });
    const listed = await beside(['registry', 'list', '--json']);
    expect(JSON.parse(listed.stdout)).toMatchObject([
      { name: 'npm' },
      { name: 'zig' },
      { name: 'vais' },
      { name: 'team', path: '/team/' },
    ]);
    expect(await beside(['registry', 'create', 'team', '--format', 'npm'])).toEqual(refusal(/team/));
    expect(await beside(['registry', 'create', 'health', '--format', 'npm'])).toEqual(refusal(/health/));
  });

  test('a second server on the same store is refused with a sentence', async () => {
    const { code, stdout, stderr } = await beside(['serve'], { env: { KONTOR_PORT: '0' } });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^kontor: Another Kontor server runs on this SQLite store\..*\n$/);
  });

  test('a port that is in use is named', async () => {
    const result = await kontor(['serve'], {
      env: { KONTOR_PORT: String(server.port), KONTOR_DATA: join(temporaryFolder('second'), 'data') },
    });
    expect(result.code).toBe(1);
    expect(result.stderr).toBe(
      `kontor: Port ${server.port} is in use; stop what listens there, or choose another (KONTOR_PORT).\n`,
    );
  });
});

describe('verify', () => {
  let server: RunningKontor;
  const blob = (name: string) => join(server.data, `blobs/npm/${name}/1.0.0/${name}-1.0.0.tgz`);
  const verify = (...args: string[]) => kontor(['verify', ...args], { env: { KONTOR_DATA: server.data } });
  beforeAll(async () => {
    server = await startKontor();
    const token = await register(server, 'anna');
    for (const name of ['whole', 'flipped', 'cut', 'lost']) await publish(server, token, name, '1.0.0');
  });

  test('finds a store whole that is, beside its server', async () => {
    const result = await verify();
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(result.stdout).toMatch(/^blobs +4 with \d+ bytes$/m);
    expect(result.stdout).toMatch(/the store is whole\n$/);
  });

  test('names each file that was changed, cut short or lost, and exits with 1', async () => {
    const bytes = readFileSync(blob('flipped'));
    bytes.writeUInt8(bytes.readUInt8(40) ^ 1, 40);
    writeFileSync(blob('flipped'), bytes);
    writeFileSync(blob('cut'), readFileSync(blob('cut')).subarray(0, 20));
    rmSync(blob('lost'));
    const result = await verify('--json');
    expect(result).toMatchObject({ code: 1, stderr: '' });
    const { clean, problems } = JSON.parse(result.stdout) as { clean: boolean; problems: string[] };
    expect(clean).toBe(false);
    expect(problems.toSorted()).toEqual([
      expect.stringMatching(/^Blob npm\/cut\/1\.0\.0\/cut-1\.0\.0\.tgz has 20 bytes instead of \d+\.$/),
      expect.stringMatching(
        /^Blob npm\/flipped\/1\.0\.0\/flipped-1\.0\.0\.tgz has SHA-256 \w+ instead of \w+\.$/,
      ),
      'Blob npm/lost/1.0.0/lost-1.0.0.tgz is missing.',
    ]);
    const told = await verify();
    expect(told.code).toBe(1);
    expect(told.stdout).toMatch(/the store is NOT whole\n$/);
    for (const problem of problems) expect(told.stdout).toContain(`- ${problem}\n`);
  });
});

describe('the first administrator', () => {
  test('has the name and password that the settings give, and keeps them at the next start', async () => {
    const env = { KONTOR_ADMIN_USER: 'root', KONTOR_ADMIN_PASS: 'Xk3$vb!e-Qw9' };
    const server = await startKontor({ env });
    expect(await login(server, 'root', 'Xk3$vb!e-Qw9')).toBe(201);
    expect(existsSync(join(server.data, 'initial-admin-password'))).toBe(false);
    expect(server.logs()).not.toContain('Xk3$vb!e-Qw9');
    await server.stop();
    const again = await startKontor({
      data: server.data,
      env: { ...env, KONTOR_ADMIN_PASS: 'Another-0ne!x' },
    });
    expect(await login(again, 'root', 'Xk3$vb!e-Qw9')).toBe(201);
    expect(await login(again, 'root', 'Another-0ne!x')).toBe(401);
  });

  test('else has a random password, in a file that only the owner reads and not in the log', async () => {
    const server = await startKontor();
    const file = join(server.data, 'initial-admin-password');
    const password = readFileSync(file, 'utf8').trim();
    expect(password.length).toBeGreaterThan(20);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(server.logs()).toContain(file);
    expect(server.logs()).not.toContain(password);
    expect(await login(server, 'admin', password)).toBe(201);
  });

  test('with a weak password is refused before the server starts', async () => {
    const result = await kontor(['serve'], {
      env: { KONTOR_PORT: '0', KONTOR_ADMIN_USER: 'root', KONTOR_ADMIN_PASS: 'root1' },
    });
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(/^kontor: The password set for the first administrator root: .*\n$/);
    expect(result.stdout + result.stderr).not.toContain('root1');
  });
});
