import {
  copyFileSync,
  cpSync,
  existsSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
  readdirSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import { bunClient, npmClient } from '../setup/clients.ts';
import { startLine } from '../setup/line.ts';
import { freePort } from '../setup/ports.ts';
import { freshDatabase, hasPostgres } from '../setup/postgres.ts';
import { greetings, machine, output, project, readJson } from '../setup/projects.ts';
import { packageTarball, publish, register } from '../setup/publish.ts';
import { temporaryFolder } from '../setup/resources.ts';
import { startKontor, type RunningKontor } from '../setup/server.ts';
import { askVais, publishVais } from '../setup/vais-packages.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));

/** Whether a default port can be had: whoever runs the tests may have a server there. */
function isFree(port: number): Promise<boolean> {
  const probe = createServer();
  return new Promise((resolve) => {
    probe.once('error', () => resolve(false));
    probe.listen(port, '0.0.0.0', () => probe.close(() => resolve(true)));
  });
}
const [free3000, free8000] = await Promise.all([isFree(3000), isFree(8000)]);

interface Start {
  /** Where it keeps its data, below the working folder; `data` if not said. */
  data?: string;
  /** Where the variables lead the server. */
  port: number;
  variables?: Record<string, string>;
  cwd?: string;
}

/** Starts a server with these variables and no setting of its own, as `env -i` does; it frees its port after the test. */
async function startBare({
  port,
  data = 'data',
  variables = {},
  cwd = temporaryFolder('cwd'),
}: Start): Promise<RunningKontor> {
  const none = { KONTOR_HOST: undefined, KONTOR_PORT: undefined, KONTOR_DATA: undefined };
  const server = await startKontor({
    port,
    cwd,
    data: join(cwd, data),
    // No test may leave the machine; nothing here depends on it.
    env: { ...none, KONTOR_NPM_UPSTREAM: 'off', ...variables },
  });
  onTestFinished(async () => void (await server.stop()));
  return server;
}

/** The status of `GET /health` at an address; 0 if nobody listens there. */
async function health(host: string, port: number): Promise<number> {
  const answer = await fetch(`http://${host}:${port}/health`).catch(() => undefined);
  await answer?.body?.cancel();
  return answer?.status ?? 0;
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

function tablesOf(database: string): unknown[] {
  const file = new DatabaseSync(database, { readOnly: true });
  try {
    return file
      .prepare("select name from sqlite_master where type = 'table'")
      .all()
      .map(({ name }) => name);
  } finally {
    file.close();
  }
}

/** How often the log has a text. */
function timesIn(server: RunningKontor, text: string): number {
  return server.logs().split(text).length - 1;
}

/** The token of a log-in at the Vais door, or why there is none. */
async function vaisToken(server: RunningKontor, username: string, password: string): Promise<string> {
  const { body } = await askVais(server, '/auth/login', { method: 'POST', json: { username, password } });
  return String(body['token'] ?? body['error']);
}

async function indexOf(server: RunningKontor): Promise<unknown> {
  return (await fetch(`${server.url}/index.json`)).json();
}

/** Of the addresses of loopback only 127.0.0.1 is the default's; Linux has them all. */
const another = process.platform === 'linux' ? '127.0.0.2' : '127.0.0.1';
const jwtSecret = '0123456789abcdef'.repeat(4);

describe('without any setting', () => {
  test.skipIf(!free3000)('[V-04] [P-05] [S-27] the address is http://localhost:3000', async () => {
    const server = await startBare({ port: 3000 });
    expect(await health('localhost', 3000)).toBe(200);
    expect(await health(another, 3000)).toBe(another === '127.0.0.1' ? 200 : 0);
    expect(existsSync(join(server.data, 'kontor.db'))).toBe(true);
  });

  test('[S-22] the sample, copied to .env, starts a server, and a line that is taken out of its comment counts', async () => {
    const cwd = temporaryFolder('sample');
    const dotEnv = join(cwd, '.env');
    copyFileSync(fileURLToPath(new URL('../../.env.example', import.meta.url)), dotEnv);
    const port = await freePort();
    const lines = readFileSync(dotEnv, 'utf8');
    writeFileSync(dotEnv, lines.replace('# KONTOR_PORT=3000', `KONTOR_PORT=${port}`));
    await startBare({ port, cwd });
    expect(await health('127.0.0.1', port)).toBe(200);
  });
});

/** What the seed types, in a clone whose working folder is its own; the port is left alone where it is free. */
async function typed(line: string): Promise<{ cwd: string; url: string }> {
  const { command } = await bunClient();
  const clone = join(temporaryFolder('clone'), 'kontor');
  for (const part of ['bin', 'src', 'package.json']) {
    cpSync(join(repository, part), join(clone, part), { recursive: true });
  }
  symlinkSync(join(repository, 'node_modules'), join(clone, 'node_modules'));
  const port = free3000 ? 3000 : await freePort();
  startLine(line, {
    cwd: clone,
    env: {
      PATH: `${dirname(command)}:/usr/bin:/bin`,
      KONTOR_NPM_UPSTREAM: 'off',
      ...(port !== 3000 && { PORT: String(port) }),
    },
  });
  await expect.poll(() => health('localhost', port), { timeout: 60_000, interval: 50 }).toBe(200);
  return { cwd: clone, url: `http://localhost:${port}` };
}

describe('from a clone, with bun on the PATH', () => {
  test('[P-03] [P-05] `bun run start` serves on port 3000', async () => {
    const { cwd } = await typed('bun run start');
    expect(existsSync(join(cwd, 'data/kontor.db'))).toBe(true);
  });

  test('[P-06] [P-32] [P-61] [P-68] the line with explicit values keeps everything in files', async () => {
    const { cwd, url } = await typed('S3_BUCKET=local DYNAMODB_TABLE=local bun run start');
    const token = await register({ url }, 'anna');
    expect(await publish({ url }, token, 'demo', '1.0.0')).toMatchObject({ status: 201 });
    expect(existsSync(join(cwd, '.registry/tarballs/npm/demo/1.0.0/demo-1.0.0.tgz'))).toBe(true);
    const form = new FormData();
    form.set('metadata', JSON.stringify({ name: 'my-package', version: '1.0.0' }));
    form.set('tarball', new Blob([Uint8Array.from(await packageTarball('my-package', '1.0.0'))]), 'x.tgz');
    const published = await fetch(`${url}/publish`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: form,
    });
    expect(await published.json()).toEqual({ success: true, message: 'Published my-package@1.0.0' });
    await expect
      .poll(() => readFileSync(join(cwd, '.registry/metadata.json'), 'utf8'), { timeout: 20_000 })
      .toContain('"my-package"');
  });
});

test('[P-70] in an empty folder, with no variable at all: publish and install', async () => {
  const port = free3000 ? 3000 : await freePort();
  const { url } = await startBare({ port, variables: port === 3000 ? {} : { PORT: String(port) } });
  const npm = await npmClient();
  const box = machine(`${url}/npm`, await register({ url }, 'anna'));
  const { manifest, files } = greetings;
  output(await npm.run(['publish'], project(box, manifest.name, manifest, files)));
  const application = project(box, 'application', { name: 'application', version: '1.0.0' });
  output(await npm.run(['install', manifest.name], application));
  expect(readJson(application.cwd, 'node_modules/greetings/package.json')).toMatchObject({
    version: '1.0.0',
  });
});

describe("a family's own variables start the server where its clients look", () => {
  test('[V-02] [V-03] [V-05] [V-06] [V-07] [V-08] [V-66] [V-68] those of Vais: address, paths, administrator, registration', async () => {
    const cwd = temporaryFolder('vais');
    const port = await freePort();
    const [database, packages] = [join(cwd, 'elsewhere/registry.db'), join(cwd, 'elsewhere/packages')];
    const server = await startBare({
      port,
      cwd,
      variables: {
        VAIS_REGISTRY_PORT: String(port),
        VAIS_REGISTRY_DB: database,
        VAIS_REGISTRY_STORAGE: packages,
        VAIS_REGISTRY_ADMIN_USER: 'admin',
        VAIS_REGISTRY_ADMIN_PASS: 'changeme',
      },
    });
    expect(await health(another, port)).toBe(200);
    expect(await indexOf(server)).toEqual([]);
    const token = await vaisToken(server, 'admin', 'changeme');
    const published = await publishVais(server, token, { name: 'json-parser' }, { base: '' });
    expect(published).toMatchObject({ status: 200 });
    expect(await indexOf(server)).toMatchObject([{ name: 'json-parser', versions: [{ version: '1.0.0' }] }]);
    expect(readFileSync(database).subarray(0, 15).toString()).toBe('SQLite format 3');
    expect(tablesOf(database)).toEqual(expect.arrayContaining(['users', 'packages']));
    expect(existsSync(join(packages, 'json-parser/1.0.0.tar.gz'))).toBe(true);
    // Nothing else, and nowhere else, but what a data folder has.
    expect(readdirSync(cwd).toSorted()).toEqual(['data', 'elsewhere']);
    expect(readdirSync(join(cwd, 'data'), { recursive: true, encoding: 'utf8' })).not.toContainEqual(
      expect.stringMatching(/json-parser|\.db$/),
    );
    // Whoever registers need not be on this machine: loopback here has many addresses.
    const registered = await askVais({ url: `http://${another}:${port}` }, '/auth/register', {
      method: 'POST',
      json: { username: 'mia', password: 'a good pass phrase' },
    });
    expect(registered).toMatchObject({ status: 200, body: { username: 'mia' } });
  });

  test('[V-09] [V-10] [V-11] a later start changes no password, and the log is as long as RUST_LOG says', async () => {
    const cwd = temporaryFolder('vais');
    const port = await freePort();
    const start = async (variables: Record<string, string>): Promise<RunningKontor> => {
      const server = await startBare({
        port,
        cwd,
        variables: { KONTOR_PROFILE: 'vais', VAIS_REGISTRY_PORT: String(port), ...variables },
      });
      expect(await health('127.0.0.1', port)).toBe(200);
      await askVais(server, '/packages/nothing');
      return server;
    };
    const user = { VAIS_REGISTRY_ADMIN_USER: 'admin' };
    const first = await start({
      ...user,
      VAIS_REGISTRY_ADMIN_PASS: 'admin123',
      RUST_LOG: 'vais_registry_server=info',
    });
    expect(await vaisToken(first, 'admin', 'admin123')).toMatch(/^vais_/);
    expect(first.logs()).toMatch(/VAIS_REGISTRY_ADMIN_PASS is a sample password/);
    await first.stop();
    const second = await start({
      ...user,
      VAIS_REGISTRY_ADMIN_PASS: 'another good one',
      RUST_LOG: 'vais_registry_server=error',
    });
    expect(await vaisToken(second, 'admin', 'admin123')).toMatch(/^vais_/);
    expect(await vaisToken(second, 'admin', 'another good one')).toBe('Invalid credentials');
    await second.stop();
    const third = await start({ RUST_LOG: 'vais_registry_server=debug' });
    expect(await vaisToken(third, 'admin', 'admin123')).toMatch(/^vais_/);
    await third.stop();
    expect([first, second, third].map((server) => timesIn(server, '"request"') > 0)).toEqual([
      true,
      false,
      true,
    ]);
    expect([first, second, third].map((server) => timesIn(server, 'Package not found: nothing'))).toEqual([
      0, 0, 1,
    ]);
    expect(third.logs()).not.toContain('admin123');
  });

  test.skipIf(!free3000)(
    '[V-05] [V-10] [V-73] the six lines of Vais in a .env: everything in ./data, admin logs in, this machine only',
    async () => {
      const cwd = temporaryFolder('dotenv');
      writeFileSync(
        join(cwd, '.env'),
        [
          'VAIS_REGISTRY_HOST=127.0.0.1',
          'VAIS_REGISTRY_PORT=3000',
          'VAIS_REGISTRY_DB=./data/registry.db',
          'VAIS_REGISTRY_STORAGE=./data/packages',
          'VAIS_REGISTRY_ADMIN_USER=admin',
          'VAIS_REGISTRY_ADMIN_PASS=admin123',
          '',
        ].join('\n'),
      );
      const server = await startBare({ port: 3000, cwd });
      expect(await health(another, 3000)).toBe(another === '127.0.0.1' ? 200 : 0);
      expect(tablesOf(join(cwd, 'data/registry.db'))).toContain('packages');
      const token = await vaisToken(server, 'admin', 'admin123');
      expect(await vaisToken(server, 'admin', 'admin124')).toBe('Invalid credentials');
      expect((await publishVais(server, token, { name: 'demo' }, { base: '' })).status).toBe(200);
      expect(existsSync(join(cwd, 'data/packages/demo/1.0.0.tar.gz'))).toBe(true);
    },
  );

  test('[P-06] those of Pantry, as far as it goes: `local` keeps everything in files', async () => {
    const port = await freePort();
    const server = await startBare({
      port,
      data: '.registry',
      variables: { S3_BUCKET: 'local', DYNAMODB_TABLE: 'local', PORT: String(port) },
    });
    expect(await health(another, port)).toBe(200);
    expect(existsSync(join(server.data, 'kontor.db'))).toBe(true);
    expect(existsSync(join(server.data, 'tarballs'))).toBe(true);
  });

  test.skipIf(!free8000 || !hasPostgres())(
    '[A-21] those of AAM, as far as it goes: port 8000, its PostgreSQL, its administrator',
    async () => {
      const database = await freshDatabase();
      const server = await startBare({
        port: 8000,
        variables: {
          DATABASE_URL: database.url,
          JWT_SECRET: jwtSecret,
          STORAGE_BACKEND: 'local',
          ADMIN_USERNAME: 'admin',
          ADMIN_EMAIL: 'admin@example.com',
          ADMIN_PASSWORD: 'Xk3$vb!e-Qw9',
        },
      });
      expect(await health(another, 8000)).toBe(200);
      expect(await login(server, 'admin', 'Xk3$vb!e-Qw9')).toBe(201);
      expect(await usersIn(database.url)).toEqual([{ name: 'admin', email: 'admin@example.com' }]);
      await server.stop();
      await database.drop();
    },
  );

  test('[D-09] those of Dryad, as far as it goes: they choose its profile, whose address others reach', async () => {
    const cwd = temporaryFolder('dryad');
    const port = await freePort();
    const variables = {
      POSTGRES_USER: 'gitea',
      POSTGRES_PASSWORD: 'your_secure_password_here',
      POSTGRES_DB: 'gitea',
      REGISTRY_DB_USER: 'registry',
      REGISTRY_DB_PASSWORD: 'another_secure_password',
      REGISTRY_DB_NAME: 'dryad_registry',
      JWT_SECRET: jwtSecret,
      GITEA_SECRET_KEY: 'your_gitea_secret_key_here',
      MAX_PACKAGE_SIZE: '100MB',
      UPLOAD_TIMEOUT: '300s',
      // The printed file leaves the port to its default, which another server may have.
      PORT: String(port),
    };
    writeFileSync(
      join(cwd, '.env'),
      Object.entries(variables)
        .map(([name, value]) => `${name}=${value}\n`)
        .join(''),
    );
    const server = await startBare({ port, cwd });
    expect(await health(another, port)).toBe(200);
    expect(server.logs()).toMatch(/"profile":"dryad"/);
  });

  test.skipIf(!hasPostgres())(
    '[S-28] [S-68] those of cpkgs, as far as it goes: its port, and PostgreSQL holds the rows',
    async () => {
      const database = await freshDatabase();
      const port = await freePort();
      const variables = {
        DATABASE_URL: database.url,
        JWT_SECRET: jwtSecret,
        RUST_LOG: 'info',
        API_HOST: '0.0.0.0',
        API_PORT: String(port),
      };
      const server = await startBare({ port, variables });
      expect(await health(another, port)).toBe(200);
      expect(await usersIn(database.url)).toEqual([{ name: 'admin', email: null }]);
      expect(existsSync(join(server.data, 'kontor.db'))).toBe(false);
      await server.stop();
      await database.drop();
    },
  );
});

async function usersIn(url: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query('select name, email from users')).rows as unknown[];
  } finally {
    await client.end();
  }
}
