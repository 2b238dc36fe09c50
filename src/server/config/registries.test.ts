import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { isFault } from '../../kernel/index.ts';
import { describeConfig, loadConfig } from './index.ts';

const cwd = mkdtempSync(join(tmpdir(), 'kontor-registries-'));
afterAll(() => rmSync(cwd, { recursive: true }));

function load(yaml: string, env: Record<string, string> = {}) {
  writeFileSync(join(cwd, 'kontor.yaml'), yaml);
  return loadConfig({ env, cwd });
}

function problems(yaml: string): string[] {
  try {
    load(yaml);
    return [];
  } catch (error) {
    if (!isFault(error, 'config_invalid')) throw error;
    return error.message.split('\n');
  }
}

/** The section of the sample file without its comment signs. */
function sample(): string {
  const text = readFileSync(new URL('../../../kontor.example.yaml', import.meta.url), 'utf8');
  return text.slice(text.indexOf('# registries:')).replaceAll(/^# /gm, '');
}

test('what registries let in is read from their section of kontor.yaml, as the sample file has it', () => {
  const { registries } = load(sample(), { ACME_TOKEN: 'geheim' });
  expect(registries.get('npm')).toMatchObject({
    upstreams: [
      { name: 'acme', authorization: 'Bearer geheim', freshness: 300_000 },
      { name: 'npm', url: 'npm' },
    ],
    claims: ['acme-*'],
    cooldown: { hours: 72 },
  });
});

test('kontor config shows it, without secrets', () => {
  const shown = describeConfig(load(sample(), { ACME_TOKEN: 'geheim' }));
  expect(shown).toMatch(/^registries\.npm\.upstreams\[0\]\.names +@acme\/\* +registries in kontor\.yaml$/m);
  expect(shown).toMatch(/^registries\.npm\.upstreams\[0\]\.credentials +\*\*\* /m);
  expect(shown).not.toContain('geheim');
});

test('a secret may stand in .env', () => {
  writeFileSync(join(cwd, '.env'), 'ACME_TOKEN=aus-der-datei\n');
  const { registries } = load(sample());
  rmSync(join(cwd, '.env'));
  expect(registries.get('npm')?.upstreams?.[0]?.authorization).toBe('Bearer aus-der-datei');
});

test('a start refuses what is wrong in it, and names place and file', () => {
  expect(problems('registries: { npm: { upstreams: [{ url: x }], coldown: 3d } }')).toEqual([
    'registries.npm.coldown in kontor.yaml is not a setting: did you mean cooldown?',
    'registries.npm.upstreams[0].url in kontor.yaml is not a web address: write one such as https://npm.example.com/, or npm.',
  ]);
  expect(problems('registries: [npm]')).toEqual([
    'registries in kontor.yaml is no map: write names of registries with their settings below them.',
  ]);
  expect(problems('registrys: {}')).toEqual([
    'registrys in kontor.yaml is not a setting: did you mean registries?',
  ]);
  expect(problems('registries: { npm: { upstreams: [{ url: npm, credentials: true }] } }')).toEqual([
    'registries.npm.upstreams[0].credentials in kontor.yaml is for the API: write token, username and password, or nothing.',
  ]);
});

test.each(['registries:', 'registries: {}', "registries: ''"])('%s says nothing', (yaml) => {
  expect(load(yaml).registries.size).toBe(0);
});

test('what holds for all registries has variables of its own', () => {
  const { values } = load('', {
    KONTOR_COOLDOWN: '3d',
    KONTOR_OFFLINE: 'true',
    KONTOR_UPSTREAM_FRESHNESS: '1h',
    KONTOR_UPSTREAM_MISSING_FRESHNESS: '5s',
    KONTOR_UPSTREAM_ALLOW_PRIVATE: 'on',
  });
  expect(values).toMatchObject({
    cooldown: 72,
    offline: true,
    upstreamFreshness: 3_600_000,
    upstreamMissingFreshness: 5_000,
    upstreamAllowPrivate: true,
  });
  expect(load('', { KONTOR_COOLDOWN: '48' }).values.cooldown).toBe(48);
  expect(() => load('', { KONTOR_COOLDOWN: 'soon' })).toThrow(/KONTOR_COOLDOWN is no time of waiting/);
});
