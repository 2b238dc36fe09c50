import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { isFault } from '../../kernel/index.ts';
import { describeConfig, loadConfig, type Config } from './index.ts';

const root = mkdtempSync(join(tmpdir(), 'kontor-config-'));
let cwd = root;
let count = 0;
beforeEach(() => {
  cwd = join(root, String(++count));
  mkdirSync(cwd);
});
afterAll(() => rmSync(root, { recursive: true }));

function load(env: Record<string, string>, configFile?: string): Config {
  return loadConfig({ env, cwd, ...(configFile === undefined ? {} : { configFile }) });
}

function problems(env: Record<string, string>, configFile?: string): string[] {
  try {
    load(env, configFile);
    return [];
  } catch (error) {
    if (!isFault(error, 'config_invalid')) throw error;
    return error.message.split('\n');
  }
}

function sourceOf(config: Config, name: string): string | undefined {
  return config.sources.find((source) => source.name === name)?.source;
}

describe('defaults', () => {
  test('[P-05] [S-27] nothing set: loopback, port 3000, everything below ./data', () => {
    const { values, warnings } = load({});
    expect(values).toMatchObject({
      profile: 'none',
      host: '127.0.0.1',
      port: 3000,
      data: join(cwd, 'data'),
      database: { kind: 'sqlite', path: join(cwd, 'data/kontor.db') },
      storage: { kind: 'files', path: join(cwd, 'data/blobs') },
      npmUpstream: { kind: 'npm' },
      logLevel: 'info',
      maxTarballBytes: 268_435_456,
      sweepInterval: 600_000,
      sweepGrace: 86_400_000,
    });
    expect(values.adminUser).toBeUndefined();
    expect(warnings).toEqual([]);
  });

  test('data moves the database and the storage', () => {
    expect(load({ KONTOR_DATA: '/srv/kontor' }).values).toMatchObject({
      database: { path: '/srv/kontor/kontor.db' },
      storage: { path: '/srv/kontor/blobs' },
    });
  });

  test.each([
    [{}, 'open'],
    [{ KONTOR_HOST: '0.0.0.0' }, 'off'],
    [{ KONTOR_HOST: 'localhost' }, 'open'],
    [{ KONTOR_PROFILE: 'aam' }, 'open'],
    [{ KONTOR_HOST: '0.0.0.0', KONTOR_REGISTRATION: 'open' }, 'open'],
    [{ KONTOR_REGISTRATION: 'off' }, 'off'],
  ])('registration with %j is %s', (env: Record<string, string>, expected) => {
    expect(load(env).values.registration).toBe(expected);
  });

  test('registration keeps the reason of its default', () => {
    expect(sourceOf(load({ KONTOR_HOST: '0.0.0.0' }), 'registration')).toMatch(/^default: .*other machines/);
  });
});

describe('order', () => {
  test('the process wins over .env, .env over kontor.yaml, kontor.yaml over the default', () => {
    writeFileSync(join(cwd, 'kontor.yaml'), 'port: 1001\nlogLevel: warn\nadminUser: yaml\n');
    writeFileSync(join(cwd, '.env'), '\uFEFFKONTOR_PORT=1002\nexport KONTOR_LOG_LEVEL="debug" # why not\n');
    const config = load({ KONTOR_PORT: '1003' });
    expect(config.values).toMatchObject({
      port: 1003,
      logLevel: 'debug',
      adminUser: 'yaml',
      host: '127.0.0.1',
    });
    expect(['port', 'logLevel', 'adminUser', 'host'].map((name) => sourceOf(config, name))).toEqual([
      'KONTOR_PORT',
      'KONTOR_LOG_LEVEL in .env',
      'adminUser in kontor.yaml',
      'default',
    ]);
  });

  test('an empty variable is unset, and hides the one in .env', () => {
    writeFileSync(join(cwd, '.env'), 'KONTOR_PORT=1002\n');
    expect(load({ KONTOR_PORT: '' }).values.port).toBe(3000);
  });

  test("Kontor's own name wins over another, wherever each stands", () => {
    writeFileSync(join(cwd, '.env'), 'KONTOR_PORT=1002\n');
    expect(load({ PORT: '4000' }).values.port).toBe(1002);
  });

  test('two other names refuse if their values differ, and agree if they mean the same', () => {
    expect(problems({ PORT: '3000', API_PORT: '3001' })).toEqual([
      'PORT and API_PORT say different things about port: remove one, or set KONTOR_PORT.',
    ]);
    expect(load({ DATABASE_URL: `sqlite:${cwd}/a.db`, VAIS_REGISTRY_DB: './a.db' }).values.database).toEqual({
      kind: 'sqlite',
      path: join(cwd, 'a.db'),
    });
    expect(problems({ PORT: '3000', API_PORT: '3001', KONTOR_PORT: '1' })).toEqual([]);
  });

  test('a settings file may be named by KONTOR_CONFIG or by the command line, which wins', () => {
    writeFileSync(join(cwd, 'a.yaml'), 'port: 1\n');
    writeFileSync(join(cwd, 'b.yaml'), 'port: 2\n');
    expect(load({ KONTOR_CONFIG: 'a.yaml' }).values.port).toBe(1);
    expect(load({ KONTOR_CONFIG: 'a.yaml' }, 'b.yaml').values.port).toBe(2);
    expect(problems({}, 'c.yaml')[0]).toContain('c.yaml cannot be read (ENOENT)');
  });
});

test('[A-81] settings of the audit may stand in their section', () => {
  const section = 'audit:\n  enabled: false\n  retention_days: 90\n  log_all_reads: true\n';
  writeFileSync(join(cwd, 'kontor.yaml'), section);
  expect(load({}).values).toMatchObject({
    auditEnabled: false,
    auditRetentionDays: 90,
    auditLogAllReads: true,
  });
  expect(load({ KONTOR_AUDIT_RETENTION_DAYS: '7' }).values.auditRetentionDays).toBe(7);
  writeFileSync(join(cwd, 'kontor.yaml'), 'audit:\n  retention-days: 90\n  enabled: maybe\n');
  expect(problems({})).toEqual([
    'audit.retention-days in kontor.yaml is not a setting: did you mean audit.retention_days?',
    expect.stringContaining('audit.enabled in kontor.yaml is "maybe"'),
  ]);
  writeFileSync(join(cwd, 'kontor.yaml'), 'auditEnabled: true\naudit: { enabled: false }\n');
  expect(problems({})[0]).toContain('are the same setting');
});

const jwtSecret = '0123456789abcdef'.repeat(4);

describe('refusals', () => {
  test('all problems are told at once', () => {
    const told = problems({
      KONTOR_PORT: 'x',
      KONTOR_SWEEP_GRACE: '5',
      KONTOR_SECRET: 'short',
      MAX_PACKAGE_SIZE: '10XB',
    });
    expect(told.map((line) => line.split(' ')[0] ?? '').toSorted()).toEqual([
      'KONTOR_PORT',
      'KONTOR_SECRET',
      'KONTOR_SWEEP_GRACE',
      'MAX_PACKAGE_SIZE',
    ]);
  });

  test('variables of the publishing commands may be there too', () => {
    expect(() =>
      load({ KONTOR_REGISTRY_URL: 'https://packages.example.com', KONTOR_TOKEN: 'ktr_x' }),
    ).not.toThrow();
    expect(problems({ KONTOR_TOKENS: 'ktr_x' })).toEqual([
      'KONTOR_TOKENS is not a setting: did you mean KONTOR_TOKEN?',
    ]);
  });

  test('a misspelt name is refused, and the nearest one named', () => {
    expect(problems({ KONTOR_PROT: '1' })).toEqual([
      'KONTOR_PROT is not a setting: did you mean KONTOR_PORT?',
    ]);
    writeFileSync(join(cwd, 'kontor.yaml'), 'sweepgrace: 1h\nrainbow: 3\nport: [1]\n');
    expect(problems({})).toEqual([
      'sweepgrace in kontor.yaml is not a setting: did you mean sweepGrace?',
      'rainbow in kontor.yaml is not a setting: remove it.',
      'port in kontor.yaml is a list or a map: write one value.',
    ]);
  });

  test.each(['- 1\n', 'a: b: c\n', 'port: *nowhere\n', '"', 'port: 1\nport: 2\n', '{'])(
    'kontor.yaml of %j is refused',
    (yaml) => {
      writeFileSync(join(cwd, 'kontor.yaml'), yaml);
      expect(problems({})).toHaveLength(1);
    },
  );

  test('an empty kontor.yaml, or one of comments, changes nothing', () => {
    writeFileSync(join(cwd, 'kontor.yaml'), '# port: 1\n');
    expect(load({}).values.port).toBe(3000);
  });

  test('a .env that is no file is refused', () => {
    mkdirSync(join(cwd, '.env'));
    expect(problems({})).toEqual(['.env cannot be read (EISDIR): make it a readable file, or remove it.']);
  });

  test('what Kubernetes injects for services called kontor is ignored', () => {
    const env = {
      KONTOR_PORT: 'tcp://10.0.0.7:80',
      KONTOR_SERVICE_HOST: '10.0.0.7',
      KONTOR_SERVICE_PORT: '80',
      KONTOR_SERVICE_PORT_HTTP: '80',
      KONTOR_PORT_80_TCP: 'tcp://10.0.0.7:80',
      KONTOR_PORT_80_TCP_PROTO: 'tcp',
      KONTOR_PORT_80_TCP_PORT: '80',
      KONTOR_PORT_80_TCP_ADDR: '10.0.0.7',
      KONTOR_POSTGRES_SERVICE_HOST: '10.0.0.8',
      KONTOR_POSTGRES_PORT: 'tcp://10.0.0.8:5432',
    };
    expect(load(env).values.port).toBe(3000);
  });

  test('[V-44] an administrator with an empty password is refused', () => {
    const told = problems({ VAIS_REGISTRY_ADMIN_USER: 'admin', VAIS_REGISTRY_ADMIN_PASS: '' });
    expect(told).toEqual([
      'VAIS_REGISTRY_ADMIN_PASS is empty, but VAIS_REGISTRY_ADMIN_USER names an administrator: set a password, or remove both.',
    ]);
  });

  test('[V-44] a password that nobody has expanded is refused', () => {
    expect(problems({ KONTOR_ADMIN_USER: 'admin', KONTOR_ADMIN_PASS: '${ADMIN_PASSWORD}' })).toHaveLength(1);
  });

  test('[V-09] neither user nor password: no administrator, and no complaint', () => {
    expect(load({}).values).toMatchObject({ adminUser: undefined, adminPassword: undefined });
  });

  test.each(['changeme', 'admin123'])('[V-10] the sample password %s works, with a warning', (password) => {
    const { values, warnings } = load({
      VAIS_REGISTRY_ADMIN_USER: 'admin',
      VAIS_REGISTRY_ADMIN_PASS: password,
    });
    expect(values.adminPassword).toBe(password);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/^VAIS_REGISTRY_ADMIN_PASS is a sample password/);
  });

  test('a password without a user is warned of', () => {
    expect(load({ ADMIN_PASSWORD: 'correct horse battery' }).warnings).toHaveLength(1);
  });

  test.each([
    'your_jwt_secret_key_here',
    'your-super-secret-jwt-key-of-more-than-32-letters',
    'please-change-me-before-you-go-in-production',
    'x'.repeat(64),
    '12121212'.repeat(8),
  ])('[D-12] the signing secret %s is refused, and not repeated', (secret) => {
    const told = problems({ JWT_SECRET: secret });
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/^JWT_SECRET .*openssl rand -hex 32/);
    expect(told[0]).not.toContain(secret);
  });

  test('[D-12] 64 hexadecimal digits are a good signing secret', () => {
    expect(load({ JWT_SECRET: jwtSecret }).values.jwtSecret).toBe(jwtSecret);
  });

  test('a former signing secret needs a new one that is another', () => {
    const former = { KONTOR_JWT_SECRET_PREVIOUS: jwtSecret };
    expect(problems(former)).toEqual([expect.stringContaining('set KONTOR_JWT_SECRET too')]);
    expect(problems({ ...former, JWT_SECRET: jwtSecret })).toEqual([
      expect.stringContaining('is the same as'),
    ]);
    expect(problems({ ...former, JWT_SECRET: `${jwtSecret}f` })).toEqual([]);
  });

  test('whatever the variables hold, the answer is settings or sentences, and deterministic', () => {
    const names = fc.constantFrom(
      'KONTOR_HOST',
      'KONTOR_PORT',
      'KONTOR_DATABASE',
      'KONTOR_STORAGE',
      'KONTOR_PUBLIC_URL',
      'KONTOR_NPM_UPSTREAM',
      'RUST_LOG',
      'NPM_FALLBACK',
      'S3_BUCKET',
      'S3_ENDPOINT',
      'AWS_ACCESS_KEY_ID',
      'STORAGE_BACKEND',
      'MAX_PACKAGE_SIZE',
      'KONTOR_SWEEP_GRACE',
      'KONTOR_X',
    );
    const values = fc.oneof(
      fc.string(),
      fc.webUrl(),
      fc.constantFrom('off', 'local', '10MB', 'sqlite:a', 'postgres://'),
    );
    fc.assert(
      fc.property(fc.dictionary(names, values), (env) => {
        expect(problems(env)).toEqual(problems(env));
      }),
      { numRuns: 300 },
    );
  });
});

describe('secrets', () => {
  const secrets = {
    KONTOR_ADMIN_USER: 'root',
    KONTOR_ADMIN_PASS: 'geheim-admin',
    KONTOR_SECRET: 'geheim-0123456789abcdef',
    JWT_SECRET: 'geheim-0123456789abcdef0123456789abcdef',
    KONTOR_DATABASE: 'postgresql://kontor:geheim-db@db/kontor',
  };

  test('no secret is shown', () => {
    const shown = describeConfig(load(secrets));
    expect(shown).toContain('postgresql://kontor:***@db/kontor');
    expect(shown).not.toContain('geheim');
  });

  test('no secret is repeated in a refusal', () => {
    const told = problems({
      ...secrets,
      KONTOR_SECRET: 'geheim',
      JWT_SECRET: 'geheim',
      KONTOR_DATABASE: 'postgresql://kontor:geheim/@db/kontor',
      KONTOR_NPM_UPSTREAM: 'https://me:geheim@example.com',
    });
    expect(told).toHaveLength(4);
    expect(told.join('\n')).not.toContain('geheim');
  });

  test('no secret of a broken settings file is repeated', () => {
    writeFileSync(join(cwd, 'kontor.yaml'), 'adminPassword: "geheim\n  x: *geheim\n');
    expect(problems({}).join('\n')).toMatch(/^kontor.yaml, line \d+, column \d+, is not YAML/);
    expect(problems({}).join('\n')).not.toContain('geheim');
  });
});
