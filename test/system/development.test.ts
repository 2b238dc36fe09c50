import { cpSync, existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import { bunClient, npmClient } from '../setup/clients.ts';
import { startLine } from '../setup/line.ts';
import { freePort } from '../setup/ports.ts';
import { freshDatabase, hasPostgres } from '../setup/postgres.ts';
import { publish, register } from '../setup/publish.ts';
import { temporaryFolder } from '../setup/resources.ts';
import { startKontor } from '../setup/server.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** An empty database, dropped after the test. */
async function database(): Promise<string> {
  const { url, drop } = await freshDatabase();
  onTestFinished(drop);
  return url;
}

async function packagesIn(url: string): Promise<string[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<{ name: string }>('select name from packages')).rows.map(({ name }) => name);
  } finally {
    await client.end();
  }
}

/** A clone that may be changed; what it installed is shared. */
function cloneForChanges(): string {
  const clone = join(temporaryFolder('clone'), 'kontor');
  for (const name of ['src', 'package.json'])
    cpSync(join(root, name), join(clone, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'));
  return clone;
}

/** What a page that changes with the source says. */
async function health(url: string): Promise<unknown> {
  const response = await fetch(`${url}/health`).catch(() => undefined);
  return response?.json();
}

const patience = { timeout: 60_000, interval: 50 };

function changeSource(clone: string): void {
  const file = join(clone, 'src/server/http/operations.ts');
  writeFileSync(file, readFileSync(file, 'utf8').replace("status: 'ok'", "status: 'changed'"));
}

test('[P-04] `bun run dev` serves, and a change of the source restarts it', async () => {
  const clone = cloneForChanges();
  const url = `http://127.0.0.1:${await freePort()}`;
  const { command } = await bunClient();
  startLine('bun run dev', {
    cwd: clone,
    env: { PATH: `${dirname(command)}:/usr/bin:/bin`, PORT: new URL(url).port, KONTOR_NPM_UPSTREAM: 'off' },
  });
  await expect.poll(() => health(url), patience).toMatchObject({ status: 'ok' });
  changeSource(clone);
  await expect.poll(() => health(url), patience).toMatchObject({ status: 'changed' });
});

describe.skipIf(!hasPostgres())('DATABASE_URL', () => {
  test('alone chooses PostgreSQL [S-68]', async () => {
    const url = await database();
    const server = await startKontor({ env: { DATABASE_URL: url } });
    onTestFinished(() => server.kill9());
    const token = await register(server, 'anna');
    expect(await publish(server, token, 'in-postgres', '1.0.0')).toMatchObject({ status: 201 });
    expect(await packagesIn(url)).toEqual(['in-postgres']);
    expect(existsSync(join(server.data, 'kontor.db'))).toBe(false);
  });

  test('is where `npm run dev` serves from, and a change of the source restarts it [S-87]', async () => {
    const url = await database();
    const clone = cloneForChanges();
    const port = await freePort();
    const server = { url: `http://127.0.0.1:${port}` };
    const { command, prefix } = await npmClient();
    startLine(`'${[command, ...prefix].join("' '")}' run dev`, {
      cwd: clone,
      env: {
        DATABASE_URL: url,
        PORT: String(port),
        KONTOR_LOG_LEVEL: 'debug',
        KONTOR_NPM_UPSTREAM: 'off',
      },
    });
    await expect.poll(() => health(server.url), patience).toMatchObject({ status: 'ok' });
    const token = await register(server, 'anna');
    expect(await publish(server, token, 'at-work', '1.0.0')).toMatchObject({ status: 201 });
    expect(await packagesIn(url)).toEqual(['at-work']);

    changeSource(clone);
    await expect.poll(() => health(server.url), patience).toMatchObject({ status: 'changed' });
    expect(await publish(server, token, 'at-work', '1.0.1')).toMatchObject({ status: 201 });
  });
});
