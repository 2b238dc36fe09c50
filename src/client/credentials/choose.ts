import { Fault } from '../../kernel/light/index.ts';
import { registryBase } from '../registry/index.ts';
import type { Variables } from './home.ts';
import type { Credentials, Login } from './store.ts';

/** Which registry a line means, and how that is known. */
export interface ChosenRegistry {
  /** As it was typed, for it is theirs; what a manifest says, as `base`. */
  registry: string;
  /** As `registryBase` gives it. */
  base: string;
  from: 'option' | 'manifest' | 'environment' | 'log-in';
  token: string | undefined;
  /** What a person should know of the choice: it was one of several log-ins, or a token was not used. */
  note: string | undefined;
}

export interface RegistryQuestion {
  credentials: Credentials;
  env: Variables;
  /** `--registry` */
  option?: string | undefined;
  /** What the manifest says. */
  manifest?: string | undefined;
  /** `--token` */
  token?: string | undefined;
}

/** The one after --registry, else the manifest's, else that in KONTOR_REGISTRY_URL, else the last log-in's. Fault `bad_request` if there is none. */
export async function chooseRegistry(question: RegistryQuestion): Promise<ChosenRegistry> {
  const { credentials, env, option, manifest } = question;
  const logins = await credentials.logins();
  const [last] = logins;
  const said: [ChosenRegistry['from'], string | undefined][] = [
    ['option', option],
    ['manifest', manifest],
    ['environment', env['KONTOR_REGISTRY_URL'] || undefined],
    ['log-in', last?.registry],
  ];
  for (const [from, registry] of said) {
    if (registry === undefined) continue;
    const base = registryBase(registry);
    const kept = logins.find((login) => login.base === base)?.token;
    // A project that somebody else wrote does not get to say where a token is sent.
    const stranger = from === 'manifest' && !isNamed(base, env);
    const variable = env['KONTOR_TOKEN']?.trim() || undefined;
    if (stranger && question.token !== undefined && kept === undefined) throw tokenForStranger(base);
    const token = question.token ?? (stranger ? undefined : variable) ?? kept;
    const dropped = stranger && variable !== undefined && question.token === undefined;
    const note = dropped ? unusedToken(base) : from === 'log-in' ? oneOf(logins) : undefined;
    return { registry: from === 'manifest' ? base : registry, base, from, token, note };
  }
  throw new Fault(
    'bad_request',
    'It is not known which registry is meant: give --registry URL, or set KONTOR_REGISTRY_URL, or log in to one.',
  );
}

/** True if KONTOR_REGISTRY_URL means this registry, however it is spelled there. */
function isNamed(base: string, env: Variables): boolean {
  const said = env['KONTOR_REGISTRY_URL'];
  try {
    return said !== undefined && said !== '' && registryBase(said) === base;
  } catch {
    return false;
  }
}

function tokenForStranger(base: string): Fault {
  return new Fault(
    'bad_request',
    `The token was not sent: only vais.toml names the registry ${base}. If it is meant, say so with --registry, or log in there.`,
  );
}

function unusedToken(base: string): string {
  return `KONTOR_TOKEN is not used: only vais.toml names the registry ${base}. If it is meant, say so with --registry or KONTOR_REGISTRY_URL.`;
}

function oneOf(logins: readonly Login[]): string | undefined {
  const [last] = logins;
  return last === undefined || logins.length < 2
    ? undefined
    : `Using ${last.registry}, the last of ${logins.length} log-ins; --registry chooses another.`;
}
