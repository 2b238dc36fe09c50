import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { isFault } from '../../kernel/index.ts';
import { loadConfig, type Values } from './index.ts';

const cwd = mkdtempSync(join(tmpdir(), 'kontor-storage-settings-'));
afterAll(() => rmSync(cwd, { recursive: true }));

const load = (env: Record<string, string>): Values => loadConfig({ env, cwd }).values;

function problems(env: Record<string, string>): string[] {
  try {
    loadConfig({ env, cwd });
    return [];
  } catch (error) {
    if (!isFault(error, 'config_invalid')) throw error;
    return error.message.split('\n');
  }
}

test.each([
  ['s3:packages', { bucket: 'packages', prefix: '' }],
  ['s3:packages/', { bucket: 'packages', prefix: '' }],
  ['s3://my.bucket-1/team/kontor', { bucket: 'my.bucket-1', prefix: 'team/kontor/' }],
  ['s3:packages/a/', { bucket: 'packages', prefix: 'a/' }],
])('%s names a bucket', (storage, place) => {
  expect(load({ KONTOR_STORAGE: storage }).storage).toEqual({ kind: 's3', ...place });
});

test.each([
  's3:',
  's3:ab',
  's3:Upper',
  's3:a_b_c',
  's3:bucket/../x',
  's3:bucket//x',
  's3:bucket/.hidden',
  's3:bucket/a b',
  `s3:bucket/${'x'.repeat(200)}`,
  'ftp:bucket',
])('%s is refused', (storage) => {
  expect(problems({ KONTOR_STORAGE: storage })).toEqual([
    expect.stringMatching(/^KONTOR_STORAGE .* write /) as string,
  ]);
});

test('[P-29] S3_BUCKET names a bucket, and local means files', () => {
  expect(load({ S3_BUCKET: 'my-registry-bucket' }).storage).toMatchObject({ bucket: 'my-registry-bucket' });
  expect(load({ S3_BUCKET: 'local' }).storage).toMatchObject({ kind: 'files' });
});

test('[P-30] [P-35] the region is S3_REGION, else AWS_REGION, else us-east-1', () => {
  expect(load({ S3_REGION: 'eu-west-1', AWS_REGION: 'us-west-2' }).s3Region).toBe('eu-west-1');
  expect(load({ AWS_REGION: 'us-west-2', AWS_DEFAULT_REGION: 'sa-east-1' }).s3Region).toBe('us-west-2');
  expect(load({ AWS_DEFAULT_REGION: 'sa-east-1' }).s3Region).toBe('sa-east-1');
  expect(load({}).s3Region).toBe('us-east-1');
});

test.each([
  [{ S3_ENDPOINT: 's3.example.com' }, 'https://s3.example.com'],
  [{ S3_ENDPOINT: 'http://ceph:7480/' }, 'http://ceph:7480'],
  [{ MINIO_ENDPOINT: 'minio:9000' }, 'http://minio:9000'],
  [{ S3_ENDPOINT_URL: 'http://minio:9000', AWS_ENDPOINT_URL: 'http://aws' }, 'http://minio:9000'],
  [{ AWS_ENDPOINT_URL: 'http://all', AWS_ENDPOINT_URL_S3: 'http://s3' }, 'http://s3'],
])('the endpoint of %j', (env, endpoint) => {
  expect(load(env).s3Endpoint).toBe(endpoint);
});

const bucket = { S3_BUCKET: 'packages' };
const aws = { AWS_ACCESS_KEY_ID: 'aws-key', AWS_SECRET_ACCESS_KEY: 'aws-secret' };
const root = { MINIO_ROOT_USER: 'root', MINIO_ROOT_PASSWORD: 'root-secret' };

test('[P-34] [A-12] [A-43] keys go by the pair, the closest first', () => {
  expect(load({ ...bucket, ...root })).toMatchObject({
    s3AccessKeyId: 'root',
    s3SecretAccessKey: 'root-secret',
  });
  expect(load({ ...bucket, ...root, ...aws, AWS_SESSION_TOKEN: 'session' })).toMatchObject({
    s3AccessKeyId: 'aws-key',
    s3SecretAccessKey: 'aws-secret',
    s3SessionToken: 'session',
  });
  const own = { KONTOR_S3_ACCESS_KEY_ID: 'own', KONTOR_S3_SECRET_ACCESS_KEY: 'own-secret' };
  expect(load({ ...bucket, ...root, ...aws, ...own, AWS_SESSION_TOKEN: 'session' })).toMatchObject({
    s3AccessKeyId: 'own',
    s3SecretAccessKey: 'own-secret',
    s3SessionToken: undefined,
  });
});

test('half a key is refused where it would be used', () => {
  expect(problems({ ...bucket, AWS_ACCESS_KEY_ID: 'key' })).toEqual([
    'AWS_ACCESS_KEY_ID is set without its secret: set KONTOR_S3_SECRET_ACCESS_KEY too.',
  ]);
  expect(
    problems({ ...bucket, KONTOR_S3_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'other' }),
  ).toHaveLength(1);
  expect(problems({ ...bucket, AWS_SECRET_ACCESS_KEY: 'secret' })).toEqual([
    'AWS_SECRET_ACCESS_KEY is set without an access key: set KONTOR_S3_ACCESS_KEY_ID too.',
  ]);
  expect(problems({ AWS_ACCESS_KEY_ID: 'key' })).toEqual([]);
});

test('what contradicts itself is refused', () => {
  expect(problems({ STORAGE_BACKEND: 's3' })).toEqual([
    'STORAGE_BACKEND is s3, but no bucket is named: set S3_BUCKET too.',
  ]);
  expect(problems({ STORAGE_BACKEND: 'minio', S3_BUCKET: 'local' })).toHaveLength(1);
  expect(problems({ VAIS_REGISTRY_STORAGE: '/srv', ...bucket })).toEqual([
    expect.stringContaining('say different things about storage') as string,
  ]);
  expect(problems({ S3_ENDPOINT: 'http://a', S3_ENDPOINT_URL: 'http://b' })).toHaveLength(1);
  expect(load({ STORAGE_BACKEND: 'filesystem', ...bucket }).storage.kind).toBe('files');
});

test('secrets are masked', () => {
  const { sources } = loadConfig({ env: { ...bucket, ...aws, AWS_SESSION_TOKEN: 'session' }, cwd });
  const shown = sources.map(({ value }) => value);
  expect(shown).toContain('s3:packages');
  expect(shown.join('\n')).not.toMatch(/aws-secret|session/);
});
