import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { isFault } from '../../kernel/index.ts';
import { loadConfig, type Values } from './index.ts';

const cwd = mkdtempSync(join(tmpdir(), 'kontor-profiles-'));
afterEach(() => rmSync(join(cwd, '.env'), { force: true }));

function load(env: Record<string, string>): Values {
  return loadConfig({ env, cwd }).values;
}

function problems(env: Record<string, string> = {}): string[] {
  try {
    load(env);
    return [];
  } catch (error) {
    if (!isFault(error, 'config_invalid')) throw error;
    return error.message.split('\n');
  }
}

function dotEnv(...lines: string[]): void {
  writeFileSync(join(cwd, '.env'), `${lines.join('\n')}\n`);
}

const jwtSecret = '0123456789abcdef'.repeat(4);
const aws = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'your-key', AWS_SECRET_ACCESS_KEY: 'your-secret' };

describe('vais', () => {
  test('[V-73] the six lines of a .env give paths below ./data and the administrator', () => {
    dotEnv(
      'VAIS_REGISTRY_HOST=127.0.0.1',
      'VAIS_REGISTRY_PORT=3000',
      'VAIS_REGISTRY_DB=./data/registry.db',
      'VAIS_REGISTRY_STORAGE=./data/packages',
      'VAIS_REGISTRY_ADMIN_USER=admin',
      'VAIS_REGISTRY_ADMIN_PASS=admin123',
    );
    expect(load({})).toMatchObject({
      profile: 'vais',
      host: '127.0.0.1',
      port: 3000,
      database: { kind: 'sqlite', path: join(cwd, 'data/registry.db') },
      storage: { kind: 'files', path: join(cwd, 'data/packages') },
      adminUser: 'admin',
      adminPassword: 'admin123',
    });
  });

  test('[V-03] [V-05] [V-06] [V-07] [V-08] its variables alone choose it, listen everywhere and place the store', () => {
    expect(
      load({
        VAIS_REGISTRY_PORT: '3100',
        VAIS_REGISTRY_DB: '/data/registry.db',
        VAIS_REGISTRY_STORAGE: '/data/packages',
      }),
    ).toMatchObject({
      profile: 'vais',
      host: '0.0.0.0',
      port: 3100,
      database: { path: '/data/registry.db' },
      storage: { path: '/data/packages' },
    });
    expect(load({ VAIS_REGISTRY_HOST: '127.0.0.1' }).host).toBe('127.0.0.1');
  });

  test('[V-07] [V-08] rows and packages lie below the data folder as its own server has them', () => {
    expect(
      load({ VAIS_REGISTRY_ADMIN_USER: 'admin', VAIS_REGISTRY_ADMIN_PASS: 'a good password' }),
    ).toMatchObject({
      host: '0.0.0.0',
      port: 3000,
      database: { path: join(cwd, 'data/registry.db') },
      storage: { path: join(cwd, 'data/packages') },
      registration: 'open',
      logLevel: 'info',
      vaisMaxTarballBytes: 104_857_600,
      vaisTokenDays: 365,
      vaisCorsOrigins: '*',
    });
  });

  test('what its server reads besides means the same here', () => {
    const env = { VAIS_REGISTRY_MAX_UPLOAD: '52428800', VAIS_REGISTRY_TOKEN_EXPIRY: '30' };
    expect(load(env)).toMatchObject({ profile: 'vais', vaisMaxTarballBytes: 52_428_800, vaisTokenDays: 30 });
    expect(load({ VAIS_REGISTRY_LOGGING: 'false' }).logLevel).toBe('warn');
    expect(load({ VAIS_REGISTRY_LOGGING: 'true' }).logLevel).toBe('info');
    const origins = { VAIS_REGISTRY_CORS_ORIGINS: 'https://a.example.com, http://localhost:5173/' };
    expect(load(origins).vaisCorsOrigins).toEqual(['https://a.example.com', 'http://localhost:5173']);
    expect(load({ ...origins, VAIS_REGISTRY_CORS_ALL: 'true' }).vaisCorsOrigins).toBe('*');
    expect(load({ ...origins, VAIS_REGISTRY_CORS_ALL: 'false' }).vaisCorsOrigins).toHaveLength(2);
    expect(load({ VAIS_REGISTRY_CORS_ALL: 'false' }).vaisCorsOrigins).toEqual([]);
    expect(problems({ VAIS_REGISTRY_CORS_ORIGINS: 'a.example.com' })).toEqual([
      expect.stringContaining('VAIS_REGISTRY_CORS_ORIGINS holds "a.example.com", which is no origin'),
    ]);
    expect(problems({ VAIS_REGISTRY_TOKEN_EXPIRY: '0' })).toHaveLength(1);
  });

  test.each([
    ['info', 'warn'],
    ['vais_registry_server=debug', 'warn'],
    ['error', 'error'],
    ['off', 'silent'],
  ])('no lines of requests beside the log filter %s is both', (filter, level) => {
    expect(load({ VAIS_REGISTRY_LOGGING: 'false', RUST_LOG: filter }).logLevel).toBe(level);
    const both = { RUST_LOG: filter, VAIS_REGISTRY_LOGGING: 'true' };
    expect(load(both).logLevel).toBe(load({ RUST_LOG: filter }).logLevel);
  });

  test('[V-44] the password that its compose file takes from the shell chooses nothing else', () => {
    const env = { ADMIN_PASSWORD: 'your-secure-password', VAIS_REGISTRY_ADMIN_PASS: 'your-secure-password' };
    expect(load({ ...env, VAIS_REGISTRY_ADMIN_USER: 'admin' })).toMatchObject({ profile: 'vais' });
  });
});

describe('pantry', () => {
  test('[P-06] [P-32] [P-61] its start line keeps everything in files, where its own server had them', () => {
    expect(load({ S3_BUCKET: 'local', DYNAMODB_TABLE: 'local' })).toMatchObject({
      profile: 'pantry',
      port: 3000,
      data: join(cwd, '.registry'),
      database: { kind: 'sqlite', path: join(cwd, '.registry/kontor.db') },
      storage: { kind: 'files', path: join(cwd, '.registry/tarballs') },
    });
  });

  test('[P-61] a folder that is named wins over its own', () => {
    const env = { KONTOR_PROFILE: 'pantry', KONTOR_DATA: '/srv/kontor' };
    expect(load(env)).toMatchObject({ data: '/srv/kontor', storage: { path: '/srv/kontor/tarballs' } });
    expect(load({ ...env, KONTOR_STORAGE: 'file:/srv/blobs' }).storage).toMatchObject({
      path: '/srv/blobs',
    });
  });

  test('[P-27] [P-28] port and base URL', () => {
    const env = { PORT: '3200', BASE_URL: 'https://packages.example.com', DYNAMODB_TABLE: 'local', ...aws };
    expect(load(env)).toMatchObject({
      profile: 'pantry',
      port: 3200,
      publicUrl: 'https://packages.example.com',
    });
  });

  test.each([
    ['false', { kind: 'off' }],
    ['true', { kind: 'npm' }],
  ])('[P-36] NPM_FALLBACK=%s', (fallback, upstream) => {
    expect(load({ NPM_FALLBACK: fallback }).npmUpstream).toEqual(upstream);
  });

  test('[P-06] its docker line is understood, and the tables that are not there yet refused by name', () => {
    const told = problems({
      S3_BUCKET: 'production-packages',
      DYNAMODB_TABLE: 'production-metadata',
      DYNAMODB_ANALYTICS_TABLE: 'production-analytics',
      BASE_URL: 'https://packages.example.com',
      ...aws,
    });
    expect(told.map((line) => line.split(' ')[0])).toEqual(['DYNAMODB_TABLE', 'DYNAMODB_ANALYTICS_TABLE']);
    expect(told.every((line) => line.includes('later release') && line.includes('local'))).toBe(true);
  });
});

/** The lines of the printed sample file. */
const sample = (password: string, secret: string) => [
  'DOMAIN=registry.example.com',
  'POSTGRES_USER=aam',
  `POSTGRES_PASSWORD=${password}`,
  'POSTGRES_DB=aam',
  'MINIO_ROOT_USER=minioadmin',
  `MINIO_ROOT_PASSWORD=${password}`,
  `JWT_SECRET=${secret}`,
  'ADMIN_USERNAME=admin',
  'ADMIN_EMAIL=admin@example.com',
  `ADMIN_PASSWORD=${password}`,
  'REQUIRE_SIGNATURES=false',
  'SMTP_HOST=smtp.example.com',
  'SMTP_PORT=587',
  'SMTP_USER=me@example.com',
  `SMTP_PASSWORD=${password}`,
];

describe('aam', () => {
  const pod = {
    DATABASE_URL: 'postgresql://aam:correct-horse@postgres:5432/aam',
    JWT_SECRET: jwtSecret,
    S3_BUCKET: 'aam-packages',
    AWS_ACCESS_KEY_ID: 'minio',
    AWS_SECRET_ACCESS_KEY: 'minio-secret',
  };

  test("[A-21] [A-43] the pod's variables choose it, port 8000 and its bucket", () => {
    expect(load({ ...pod, STORAGE_BACKEND: 'local' })).toMatchObject({
      profile: 'aam',
      host: '0.0.0.0',
      port: 8000,
      database: { kind: 'postgresql', url: pod.DATABASE_URL },
    });
    expect(load({ ...pod, STORAGE_BACKEND: 's3' })).toMatchObject({
      profile: 'aam',
      storage: { kind: 's3', bucket: 'aam-packages', prefix: '' },
      s3AccessKeyId: 'minio',
      s3SecretAccessKey: 'minio-secret',
      s3Region: 'us-east-1',
    });
    expect(problems({ ...pod, STORAGE_BACKEND: 'tape' })).toHaveLength(1);
  });

  test('[A-16] each placeholder of the sample file is refused by name', () => {
    dotEnv(...sample('<generate-strong-password>', '<generate-random-string>'));
    const names = problems().map((line) => line.split(' ')[0] ?? '');
    expect(names.toSorted()).toEqual([
      'ADMIN_PASSWORD',
      'JWT_SECRET',
      'MINIO_ROOT_PASSWORD',
      'POSTGRES_PASSWORD',
      'SMTP_PASSWORD',
    ]);
  });

  test('the sample file, filled in, chooses it and its administrator', () => {
    dotEnv(...sample('correct-horse-battery', jwtSecret));
    expect(load({})).toMatchObject({
      profile: 'aam',
      port: 8000,
      adminUser: 'admin',
      adminEmail: 'admin@example.com',
      adminPassword: 'correct-horse-battery',
      database: { kind: 'sqlite' },
    });
  });
});

test('[D-09] [D-16] the keys of the Dryad .env choose it; its database variables are for its compose file', () => {
  dotEnv(
    'POSTGRES_USER=gitea',
    'POSTGRES_PASSWORD=your_secure_password_here',
    'POSTGRES_DB=gitea',
    'REGISTRY_DB_USER=registry',
    'REGISTRY_DB_PASSWORD=another_secure_password',
    'REGISTRY_DB_NAME=dryad_registry',
    `JWT_SECRET=${jwtSecret}`,
    'GITEA_SECRET_KEY=your_gitea_secret_key_here',
    'GITEA_TOKEN=your_gitea_api_token',
    'DOMAIN=registry.example.com',
    'SSL_EMAIL=admin@example.com',
    'MAX_PACKAGE_SIZE=100MB',
    'UPLOAD_TIMEOUT=300s',
    'REDIS_PASSWORD=redis_password_here',
  );
  expect(load({})).toMatchObject({
    profile: 'dryad',
    port: 3000,
    database: { kind: 'sqlite' },
    maxTarballBytes: 104_857_600,
  });
});

test('[S-28] [S-68] [S-69] [S-70] [S-71] [S-72] the variables of cpkgs choose it', () => {
  const env = {
    DATABASE_URL: 'postgresql://db/cpkgs',
    JWT_SECRET: jwtSecret,
    RUST_LOG: 'debug',
    CORS_ORIGINS: '*',
  };
  expect(load({ ...env, API_PORT: '3300' })).toMatchObject({
    profile: 'cpkgs',
    host: '0.0.0.0',
    port: 3300,
    database: { kind: 'postgresql' },
    logLevel: 'debug',
    jwtSecret,
  });
  expect(load({ API_HOST: '127.0.0.1' })).toMatchObject({ profile: 'cpkgs', host: '127.0.0.1' });
});

describe('choice', () => {
  test('names that other software uses too choose nothing', () => {
    const env = {
      PORT: '3000',
      DATABASE_URL: 'sqlite:a.db',
      JWT_SECRET: jwtSecret,
      RUST_LOG: 'info',
      S3_BUCKET: 'local',
    };
    const generic = {
      BASE_URL: 'http://localhost:3000',
      MAX_PACKAGE_SIZE: '1GB',
      GITEA_TOKEN: 'x',
      ADMIN_PASSWORD: 'y',
    };
    expect(load({ ...env, ...generic, ...aws }).profile).toBe('none');
  });

  test('the variables of two families refuse until one is named', () => {
    const env = { VAIS_REGISTRY_PORT: '3000', API_PORT: '3000' };
    expect(problems(env)).toEqual([
      'VAIS_REGISTRY_PORT belongs to the profile vais and API_PORT to cpkgs: set KONTOR_PROFILE to one of them, or remove the variables of the other.',
    ]);
    expect(load({ ...env, KONTOR_PROFILE: 'cpkgs' }).profile).toBe('cpkgs');
  });

  test('KONTOR_PROFILE wins over what the variables suggest, none too', () => {
    expect(load({ API_PORT: '3000', KONTOR_PROFILE: 'none' })).toMatchObject({
      profile: 'none',
      host: '127.0.0.1',
    });
    expect(problems({ KONTOR_PROFILE: 'vias' })).toHaveLength(1);
  });
});
