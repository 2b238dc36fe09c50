import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { aliases } from './aliases.ts';
import { configurationTable, loadConfig } from './index.ts';
import { settingNames, settings } from './settings.ts';

const repository = new URL('../../../', import.meta.url);
const cwd = mkdtempSync(join(tmpdir(), 'kontor-docs-'));
afterAll(() => rmSync(cwd, { recursive: true }));

function read(file: string): string {
  return readFileSync(new URL(file, repository), 'utf8');
}

/** The sample with the comment sign taken from each line that is a setting. */
function uncommented(sample: string, line: RegExp): string {
  return sample.replaceAll(line, '$1');
}

test('docs/configuration.md holds the table of the schema', () => {
  expect(read('docs/configuration.md')).toContain(`\n${configurationTable()}\n`);
});

test('[S-22] .env.example names every variable and, as it is, changes nothing', () => {
  const sample = read('.env.example');
  const names = [...settingNames.map((name) => settings[name].env), ...Object.keys(aliases), 'KONTOR_CONFIG'];
  expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(sample))).toEqual([]);
  const untouched = loadConfig({ env: {}, cwd });
  copyFileSync(new URL('.env.example', repository), join(cwd, '.env'));
  expect(loadConfig({ env: {}, cwd })).toEqual(untouched);
  rmSync(join(cwd, '.env'));
});

test('[S-22] the values in .env.example are the defaults', () => {
  const sample = uncommented(read('.env.example'), /^# ?(KONTOR_\w+=)/gm);
  const env = Object.fromEntries(
    [...sample.matchAll(/^(KONTOR_\w+)=(.*)$/gm)].map(([, name = '', raw]) => [name, raw]),
  );
  expect(Object.keys(env).toSorted()).toEqual(
    ['KONTOR_CONFIG', ...settingNames.map((name) => settings[name].env)].toSorted(),
  );
  expect(loadConfig({ env, cwd }).values).toEqual(loadConfig({ env: {}, cwd }).values);
});

test('kontor.example.yaml names every setting, and its values are the defaults', () => {
  const file = new URL('kontor.example.yaml', repository);
  const untouched = loadConfig({ env: {}, cwd }).values;
  copyFileSync(file, join(cwd, 'kontor.yaml'));
  expect(loadConfig({ env: {}, cwd }).values).toEqual(untouched);
  const sample = read('kontor.example.yaml');
  expect(settingNames.filter((name) => !new RegExp(`^# ?${name}:`, 'm').test(sample))).toEqual([]);
});
