import { Fault } from '../../kernel/index.ts';
import {
  checkAdministrator,
  checkForeignSecrets,
  checkNames,
  checkProfiles,
  checkSignOn,
  checkStorage,
  checkSigningSecrets,
} from './checks.ts';
import { given, readEnvironment, type Environment, type Given } from './environment.ts';
import { readSettingsFile, type SettingsFile } from './file.ts';
import type { PolicySettings } from '../../registry/index.ts';
import { profileHints } from './profiles.ts';
import { readSetting, type Found } from './read.ts';
import { describeRegistries, readRegistries } from './registries.ts';
import { settingNames, settings, type Basis } from './settings.ts';
import type { SettingName, Values } from './values.ts';

/** One setting for people. */
export interface Source {
  /** Of a setting, or the path below `registries`. */
  name: string;
  /** Secrets, and passwords in URLs, are masked. */
  value: string;
  /** Which variable, line or default it comes from. */
  source: string;
}

export interface Config {
  values: Values;
  /** What `kontor.yaml` says of registries, by name. Holds secrets. */
  registries: ReadonlyMap<string, PolicySettings>;
  /** In the order of the schema. */
  sources: readonly Source[];
  /** Sentences for the log of the start. */
  warnings: readonly string[];
}

export interface LoadOptions {
  /** Usually `process.env`. */
  env: Readonly<Record<string, string | undefined>>;
  /** The folder that holds `.env` and `kontor.yaml`, and that relative paths are relative to. */
  cwd: string;
  /** From `--config`; wins over `KONTOR_CONFIG`. */
  configFile?: string;
}

/**
 * Reads the settings: the environment over `.env` over `kontor.yaml` over defaults; reads no other file.
 * Fault `config_invalid` lists every problem, one sentence a line.
 */
export function loadConfig({ env, cwd, configFile }: LoadOptions): Config {
  const problems: string[] = [];
  const environment = readEnvironment(env, cwd, problems);
  const file = readSettingsFile(configFile ?? given(environment, 'KONTOR_CONFIG')?.raw, cwd, problems);
  return configOf(environment, file, cwd, problems);
}

/**
 * The settings that a program chose, and defaults for the others; neither files nor the environment are read. Faults as `loadConfig`, in
 * which each problem begins with the `origin` of its value.
 */
export function chooseConfig(chosen: ReadonlyMap<SettingName, Given>, cwd: string): Config {
  return configOf(new Map(), { settings: chosen, registries: undefined }, cwd, []);
}

function configOf(environment: Environment, file: SettingsFile, cwd: string, problems: string[]): Config {
  checkNames(environment, problems);
  checkForeignSecrets(environment, problems);

  const hints = profileHints((name) => given(environment, name) !== undefined);
  const basis: Basis = {
    hint: hints.length === 1 ? hints[0] : undefined,
    profile: 'none',
    host: '',
    data: '',
    smtpHost: '',
    smtpPort: 0,
  };
  const found = new Map<SettingName, Found>();
  for (const name of settingNames) {
    const one = readSetting(name, { environment, file: file.settings, cwd, basis, problems });
    if (one === undefined) continue;
    found.set(name, one);
    if (name in basis) Object.assign(basis, { [name]: one.value });
  }

  const registries = readRegistries(file.registries, problems, (name) => given(environment, name)?.raw);
  checkProfiles(hints, found.get('profile'), problems);
  checkSigningSecrets(found, problems);
  checkSignOn(found, problems);
  checkStorage(found, problems);
  const warnings = checkAdministrator(environment, found, problems);
  const values: object = Object.fromEntries(settingNames.map((name) => [name, found.get(name)?.value]));
  if (problems.length > 0 || !isComplete(values)) {
    // A placeholder in a secret that others read too is found twice.
    throw new Fault('config_invalid', [...new Set(problems)].join('\n'));
  }
  return {
    values,
    registries,
    sources: [
      ...settingNames.map((name) => sourceOf(name, found.get(name))),
      ...describeRegistries(registries, file.registries),
    ],
    warnings,
  };
}

/** True if every setting that has a default has a value; each value has come out of the setting's own parser. */
function isComplete(values: object): values is Values {
  const has = new Set(Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [name])));
  return settingNames.every((name) => settings[name].initial === undefined || has.has(name));
}

function sourceOf(name: SettingName, found: Found | undefined): Source {
  return { name, value: found?.shown ?? '(none)', source: found?.source ?? 'default' };
}
