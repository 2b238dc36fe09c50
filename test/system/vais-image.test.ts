import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { loadConfig } from '../../src/server/index.ts';
import { replayDockerfile, type Image } from '../setup/dockerfile.ts';
import { freePort } from '../setup/ports.ts';
import { publish } from '../setup/publish.ts';
import { temporaryFolder } from '../setup/resources.ts';
import { run } from '../setup/run.ts';
import { startKontor, type RunningKontor } from '../setup/server.ts';
import { askVais, publishVais } from '../setup/vais-packages.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const read = (file: string) => readFileSync(join(repository, file), 'utf8');

let root: string;
let image: Image;
let server: RunningKontor;

/** `docker run` with these variables: nothing else is set. */
async function runImage(variables: Record<string, string>): Promise<RunningKontor> {
  const port = await freePort();
  const none = { KONTOR_HOST: undefined, KONTOR_PORT: undefined };
  const data = join(root, image.env['KONTOR_DATA'] ?? '');
  const [command = '', ...args] = image.command;
  expect(args).toEqual(['serve']);
  return startKontor({
    command: join(image.workdir, command),
    cwd: image.workdir,
    port,
    data,
    env: {
      ...none,
      ...image.env,
      KONTOR_DATA: data,
      // The port of the image may be somebody's on this machine.
      VAIS_REGISTRY_PORT: String(port),
      ...variables,
    },
  });
}

beforeAll(async () => {
  root = temporaryFolder('image');
  image = await replayDockerfile('Dockerfile.registry', root);
  server = await runImage({ VAIS_REGISTRY_ADMIN_USER: 'admin', VAIS_REGISTRY_ADMIN_PASS: 'changeme' });
}, 120_000);

describe('Dockerfile.registry', () => {
  test('[V-01] has the Node that the clone is pinned to, and runs as nobody special', () => {
    expect(image.from).toBe(`node:${read('.nvmrc').trim()}-bookworm-slim`);
    expect(image.user).toBe('node');
    expect([image.volumes, image.ports]).toEqual([['/data'], ['3000']]);
  });

  test('[V-01] [V-02] builds from a clone, and the run line as typed serves with data in /data and the administrator made', async () => {
    const login = await askVais(server, '/auth/login', {
      method: 'POST',
      json: { username: 'admin', password: 'changeme' },
    });
    expect(login).toMatchObject({ status: 200, body: { user: { is_admin: true } } });
    const token = String(login.body['token']);
    expect((await publishVais(server, token, { name: 'json-parser' }, { base: '' })).status).toBe(200);
    expect(existsSync(join(root, 'data/registry.db'))).toBe(true);
    expect(existsSync(join(root, 'data/packages/json-parser/1.0.0.tar.gz'))).toBe(true);
    expect(server.logs()).toMatch(/VAIS_REGISTRY_ADMIN_PASS is a sample password/);
  });

  test('[V-43] has curl, and its health check passes', async () => {
    expect(image.installed).toContain('curl');
    const compose = parse(read('deploy/vais/docker-compose.yml')) as Compose;
    expect(image.healthcheck).toEqual(compose.services.registry.healthcheck.test.slice(1));
    const [program = '', ...args] = image.healthcheck.map((word) => word.replace(':3000', `:${server.port}`));
    expect(await run(program, args)).toMatchObject({ code: 0, stdout: expect.stringContaining('"ok"') });
  });

  test('[V-67] logs a line for each request on standard output', async () => {
    await askVais(server, '/packages/json-parser');
    // Another door has this one, so the request is sent on.
    const admin = { username: 'admin', password: 'changeme' };
    const { body } = await askVais(server, '/auth/login', { method: 'POST', json: admin });
    await publish(server, String(body['token']), 'only-npm', '1.0.0');
    await askVais(server, '/packages/only-npm');
    await expect.poll(() => server.logs()).toMatch(/"url":"\/packages\/only-npm","status":200/);
    for (const name of ['json-parser', 'only-npm']) {
      expect(server.logs().match(new RegExp(`"url":"/packages/${name}"`, 'g'))).toHaveLength(1);
    }
  });

  test('has the commands for its operator on the path', async () => {
    const program = join(root, 'usr/local/bin/kontor');
    // The links lead to where the image has them.
    const { stdout } = await run('/bin/ls', ['-l', program]);
    expect(stdout).toContain(`-> ${root}/app/bin/kontor`);
    const version = await run(program, ['--version'], { cwd: root, env: image.env });
    expect(version).toMatchObject({ code: 0, stderr: '' });
  });
});

interface Compose {
  services: {
    registry: {
      build: { context: string; dockerfile: string };
      ports: string[];
      volumes: string[];
      environment: string[];
      restart: string;
      healthcheck: { test: string[]; interval: string; timeout: string; retries: number };
    };
  };
  volumes: Record<string, unknown>;
}

/** The list of the guide's compose file, and of ours. */
const printed = [
  'VAIS_REGISTRY_HOST=0.0.0.0',
  'VAIS_REGISTRY_PORT=3000',
  'VAIS_REGISTRY_ADMIN_USER=admin',
  'VAIS_REGISTRY_ADMIN_PASS=${ADMIN_PASSWORD}',
  'RUST_LOG=vais_registry_server=info',
];

/** As compose expands it; throws its refusal. */
function expanded(environment: string[], shell: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    environment.map((line) => {
      const text = line.replace(/\$\{(\w+)(?::\?([^}]*))?\}/, (_all, name: string, why?: string) => {
        const value = shell[name] ?? '';
        if (value === '' && why !== undefined)
          throw new Error(`required variable ${name} is missing: ${why}`);
        return value;
      });
      return [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)];
    }),
  );
}

function settings(environment: string[], shell: Record<string, string>) {
  return loadConfig({ env: expanded(environment, shell), cwd: temporaryFolder('cwd') }).values;
}

describe('docker-compose.yml', () => {
  const compose = parse(read('deploy/vais/docker-compose.yml')) as Compose;
  const { registry } = compose.services;
  const shell = { ADMIN_PASSWORD: 'your-secure-password' };

  test('[V-42] has the service, the volume and the restart of the guide', () => {
    expect(Object.keys(compose)).toEqual(['services', 'volumes']);
    expect(registry).toMatchObject({
      build: { context: '.', dockerfile: 'Dockerfile.registry' },
      ports: ['3000:3000'],
      volumes: ['registry-data:/data'],
      restart: 'unless-stopped',
      healthcheck: { interval: '30s', timeout: '10s', retries: 3 },
    });
    const mounted = registry.volumes.map((line) => line.split(':'));
    expect(
      mounted.every(([name = '', path = '']) => name in compose.volumes && image.volumes.includes(path)),
    ).toBe(true);
  });

  test.each([['ours', registry.environment] as const, ['as printed', printed] as const])(
    '[V-42] [V-44] its environment (%s) is understood, and no password refuses',
    (_which, environment) => {
      expect(settings([...environment], shell)).toMatchObject({
        profile: 'vais',
        host: '0.0.0.0',
        port: 3000,
        adminUser: 'admin',
        adminPassword: 'your-secure-password',
        logLevel: 'info',
      });
      for (const from of [{}, { ADMIN_PASSWORD: '' }]) {
        expect(() => settings([...environment], from)).toThrow(/is empty|is missing/);
      }
    },
  );
});
