import { Fault } from '../../kernel/light/index.ts';
import { registryBase } from '../registry/index.ts';
import type { Variables } from './home.ts';
import type { Credentials } from './store.ts';

/** Which registry a line means, and how that is known. */
export interface ChosenRegistry {
  /** As it was typed: credentials are kept under it. */
  registry: string;
  /** As `registryBase` gives it. */
  base: string;
  from: 'option' | 'manifest' | 'environment' | 'log-in';
  token: string | undefined;
  /** What a person should know of the choice: it was one of several log-ins. */
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
    const note =
      from === 'log-in' && logins.length > 1
        ? `Using ${registry}, the last of ${logins.length} log-ins; --registry chooses another.`
        : undefined;
    return { registry, base, from, token: question.token ?? variable(env, from) ?? kept, note };
  }
  throw new Fault(
    'bad_request',
    'It is not known which registry is meant: give --registry URL, or set KONTOR_REGISTRY_URL, or log in to one.',
  );
}

/** A project that somebody else wrote does not get to say where the token in the environment is sent. */
function variable(env: Variables, from: ChosenRegistry['from']): string | undefined {
  return from === 'manifest' ? undefined : env['KONTOR_TOKEN']?.trim() || undefined;
}
