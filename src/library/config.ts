import { Fault, nearest } from '../kernel/index.ts';
import {
  chooseConfig,
  isLoopback,
  isSettingName,
  loadConfig,
  settingNames,
  type Config,
  type Given,
  type SettingName,
} from '../server/index.ts';
import type { RegistryOptions } from './options.ts';

/** Every option, so that a misspelt one is not passed over in silence. */
const KNOWN: Record<keyof RegistryOptions, true> = {
  s3Bucket: true,
  s3Region: true,
  s3Endpoint: true,
  forcePathStyle: true,
  dynamoTable: true,
  baseUrl: true,
  npmFallback: true,
  npmRegistry: true,
  port: true,
  host: true,
  localStoragePath: true,
  log: true,
  settings: true,
};

/** Options of the server that this one stands in for, and what is done about them here. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  metadataBackend: 'what is known of packages is kept in files; leave it out',
  metadataKey: 'what is known of packages is kept in files; leave it out',
};

/** Settings that have an option of their own. */
const OWN: Readonly<Partial<Record<SettingName, keyof RegistryOptions>>> = {
  host: 'host',
  port: 'port',
  data: 'localStoragePath',
  publicUrl: 'baseUrl',
  npmUpstream: 'npmRegistry',
  s3Region: 's3Region',
  s3Endpoint: 's3Endpoint',
  s3ForcePathStyle: 'forcePathStyle',
};

/**
 * The settings that options stand for; neither environment nor files are read. Paths are relative to `cwd`. Fault `config_invalid`
 * lists every problem, one sentence a line.
 */
export function configFor(options: RegistryOptions, cwd: string): Config {
  const problems = [...unknownOptions(options), ...refusedOptions(options)];
  const chosen = new Map<SettingName, Given>([['profile', { raw: 'pantry', origin: 'the library' }]]);
  const choose = (name: SettingName, raw: string | number | boolean | undefined, origin: string) => {
    if (raw !== undefined) chosen.set(name, { raw: String(raw), origin: `The option ${origin}` });
  };
  const { s3Bucket = 'local' } = options;
  choose('storage', s3Bucket === 'local' ? undefined : `s3:${s3Bucket}`, 's3Bucket');
  choose('s3Region', options.s3Region, 's3Region');
  choose('s3Endpoint', options.s3Endpoint, 's3Endpoint');
  choose('s3ForcePathStyle', options.forcePathStyle, 'forcePathStyle');
  choose('publicUrl', options.baseUrl, 'baseUrl');
  choose('host', options.host ?? hostFor(options.baseUrl), 'host');
  choose('port', options.port, 'port');
  choose('data', options.localStoragePath, 'localStoragePath');
  choose('npmUpstream', options.npmFallback === false ? 'off' : options.npmRegistry, 'npmRegistry');
  choose('logLevel', options.log === undefined ? 'silent' : undefined, 'log');
  for (const [name, value] of Object.entries(options.settings ?? {})) {
    const own = isSettingName(name) ? OWN[name] : undefined;
    if (own !== undefined) problems.push(`The setting ${name} has an option of its own: ${own}.`);
    else if (isSettingName(name)) choose(name, String(value), `settings.${name}`);
    else problems.push(`The option settings.${name} is not a setting${advice(name, settingNames)}`);
  }
  if (problems.length > 0) throw new Fault('config_invalid', problems.join('\n'));
  return chooseConfig(chosen, cwd);
}

/** As `kontor serve` reads them, save that the profile is Pantry's if nothing else says which. */
export function configFromEnv(env: Readonly<Record<string, string | undefined>>, cwd: string): Config {
  const config = loadConfig({ env, cwd });
  return config.values.profile === 'none'
    ? loadConfig({ env: { ...env, KONTOR_PROFILE: 'pantry' }, cwd })
    : config;
}

function unknownOptions(options: object): string[] {
  return Object.entries(options)
    .filter(([name, value]) => value !== undefined && !Object.hasOwn(KNOWN, name))
    .map(([name]) =>
      Object.hasOwn(ELSEWHERE, name)
        ? `The option ${name} is not known here: ${ELSEWHERE[name]}.`
        : `The option ${name} is not known${advice(name, Object.keys(KNOWN))}`,
    );
}

function advice(name: string, known: readonly string[]): string {
  const meant = nearest(name, known);
  return meant === undefined ? ': leave it out.' : `: did you mean ${meant}?`;
}

function refusedOptions({ s3Bucket = 'local', dynamoTable = 'local', settings }: RegistryOptions): string[] {
  const problems: string[] = [];
  if (s3Bucket !== 'local' && settings?.['storage'] !== undefined) {
    problems.push('The option s3Bucket and the setting storage name two places: leave one of them out.');
  }
  if (dynamoTable !== 'local') {
    problems.push(
      `The option dynamoTable is "${dynamoTable}": DynamoDB comes in a later release; set it to local, which keeps files.`,
    );
  }
  return problems;
}

/** Who names an address that others reach wants them let in. */
function hostFor(baseUrl: string | undefined): string {
  if (baseUrl === undefined || !URL.canParse(baseUrl)) return '127.0.0.1';
  return isLoopback(new URL(baseUrl).hostname.replace(/^\[|\]$/g, '')) ? '127.0.0.1' : '0.0.0.0';
}
