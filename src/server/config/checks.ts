import { nearest } from '../../kernel/index.ts';
import { aliases, foreignSecrets } from './aliases.ts';
import { given, type Environment } from './environment.ts';
import { isPlaceholder } from './parse.ts';
import type { ProfileHint } from './profiles.ts';
import type { Found } from './read.ts';
import { settingNames, settings } from './settings.ts';
import type { SettingName } from './values.ts';

/** Passwords that guides print and that everybody knows. */
const samplePasswords = [
  'changeme',
  'admin123',
  'your-secure-password',
  'your_secure_password',
  'admin',
  'password',
];

/** Read by the launcher, and by commands for the machines of those who publish, which may be this one. */
const OTHER_NAMES = ['KONTOR_CONFIG', 'KONTOR_REGISTRY_URL', 'KONTOR_TOKEN'];

/** A `KONTOR_*` name that is no setting is a mistake, since nobody else uses the prefix. */
export function checkNames(environment: Environment, problems: string[]): void {
  const known = [...OTHER_NAMES, ...settingNames.map((name) => settings[name].env)];
  for (const [name, { origin }] of environment) {
    if (!name.startsWith('KONTOR_') || known.includes(name)) continue;
    const meant = nearest(name, known);
    const advice = meant === undefined ? 'remove it.' : `did you mean ${meant}?`;
    problems.push(`${origin} is not a setting: ${advice}`);
  }
}

/** Placeholders in secrets that only other parts of a deployment read: a sample file that was not filled in. */
export function checkForeignSecrets(environment: Environment, problems: string[]): void {
  for (const name of foreignSecrets) {
    const secret = given(environment, name);
    if (secret !== undefined && isPlaceholder(secret.raw)) {
      problems.push(`${secret.origin} still has the placeholder of a sample: put a real secret there.`);
    }
  }
}

/** Two families' variables at once choose no profile by themselves. */
export function checkProfiles(
  [first, second]: ProfileHint[],
  profile: Found | undefined,
  problems: string[],
): void {
  if (first === undefined || second === undefined || profile?.source !== 'default') return;
  problems.push(
    `${first.variable} belongs to the profile ${first.profile} and ${second.variable} to ${second.profile}: ` +
      'set KONTOR_PROFILE to one of them, or remove the variables of the other.',
  );
}

/** Half of single sign-on is none. */
export function checkSignOn(found: ReadonlyMap<SettingName, Found>, problems: string[]): void {
  const issuer = found.get('oidcIssuer');
  const client = found.get('oidcClientId');
  if (issuer !== undefined && client === undefined) {
    problems.push(`${issuer.source} is set without a client: set KONTOR_OIDC_CLIENT_ID too.`);
  }
  if (issuer === undefined && client !== undefined) {
    problems.push(`${client.source} is set without a provider: set KONTOR_OIDC_ISSUER too.`);
  }
}

/** Half a key opens nothing, and would leave the SDK to look for another one by itself. */
export function checkStorage(found: ReadonlyMap<SettingName, Found>, problems: string[]): void {
  const storage = found.get('storage')?.value;
  if (typeof storage !== 'object' || storage === null || !('bucket' in storage)) return;
  const id = found.get('s3AccessKeyId');
  const secret = found.get('s3SecretAccessKey');
  const token = found.get('s3SessionToken');
  if (id !== undefined && secret === undefined) {
    problems.push(`${id.source} is set without its secret: set KONTOR_S3_SECRET_ACCESS_KEY too.`);
  }
  const more = secret ?? token;
  if (more !== undefined && id === undefined) {
    problems.push(`${more.source} is set without an access key: set KONTOR_S3_ACCESS_KEY_ID too.`);
  }
}

/** A secret that was changed in one place only. */
export function checkSigningSecrets(found: ReadonlyMap<SettingName, Found>, problems: string[]): void {
  const previous = found.get('jwtSecretPrevious');
  const current = found.get('jwtSecret');
  if (previous === undefined) return;
  if (current === undefined) {
    problems.push(`${previous.source} is set, but no secret that replaces it: set KONTOR_JWT_SECRET too.`);
  } else if (current.value === previous.value) {
    problems.push(`${previous.source} is the same as ${current.source}: set the latter to a new secret.`);
  }
}

/** Refuses a password that the shell or a compose file has left empty; returns warnings about weak ones. */
export function checkAdministrator(
  environment: Environment,
  found: ReadonlyMap<SettingName, Found>,
  problems: string[],
): string[] {
  const user = found.get('adminUser');
  const password = found.get('adminPassword');
  if (password === undefined) {
    const empty = passwordVariables
      .map((name) => environment.get(name))
      .find((variable) => variable?.raw === '');
    if (user !== undefined && empty !== undefined) {
      problems.push(
        `${empty.origin} is empty, but ${user.source} names an administrator: set a password, or remove both.`,
      );
    }
    return [];
  }
  const warnings: string[] = [];
  if (user === undefined) {
    warnings.push(
      `${password.source} is set without a user name, so no administrator is made: set KONTOR_ADMIN_USER too.`,
    );
  }
  if (samplePasswords.some((sample) => sample === password.value)) {
    warnings.push(
      `${password.source} is a sample password that everybody knows: change it before others can reach this server.`,
    );
  }
  return warnings;
}

const passwordVariables = [
  settings.adminPassword.env,
  ...Object.keys(aliases).filter((name) => aliases[name]?.setting === 'adminPassword'),
];
