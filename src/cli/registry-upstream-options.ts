import { Fault } from '../kernel/index.ts';
import type { Io } from './io.ts';
import { askPassword } from './password.ts';

/** What can be said of an upstream at the command line. A secret is never an argument, which others on the machine could read. */
export interface UpstreamOptions {
  url?: string;
  names?: string[];
  token?: boolean;
  tokenFrom?: string;
  username?: string;
  passwordFrom?: string;
  /** `false` is `--no-credentials`. */
  credentials?: boolean;
  allowHost?: string[];
  allowPrivate?: boolean;
  freshness?: string;
  missingFreshness?: string;
  patience?: string;
  timeout?: string[];
}

/** The options in the form of `kontor.yaml`, with the secret that they ask for. Fault `bad_request`. */
export async function writtenUpstream(io: Io, options: UpstreamOptions): Promise<Record<string, unknown>> {
  const { url, names, allowHost, allowPrivate, freshness, missingFreshness, patience, timeout } = options;
  const given = {
    url,
    names: names && listOf(names),
    allowHosts: allowHost && listOf(allowHost),
    allowPrivate,
    freshness,
    missingFreshness,
    patience,
    timeouts: timeout && timeoutsOf(timeout),
    ...(await credentialsOf(io, options)),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

async function credentialsOf(io: Io, options: UpstreamOptions): Promise<Record<string, unknown>> {
  const { token, tokenFrom, username, passwordFrom, credentials } = options;
  const ways = [token, tokenFrom, username, credentials === false || undefined];
  if (ways.filter((way) => way !== undefined).length > 1) {
    throw new Fault(
      'bad_request',
      'Say one of --token, --token-from, --username and --no-credentials, not several.',
    );
  }
  if (passwordFrom !== undefined && username === undefined) {
    throw new Fault('bad_request', '--password-from needs --username.');
  }
  if (token) return { token: await askPassword(io, false, 'Token') };
  if (tokenFrom !== undefined) return { token: variable(io, tokenFrom) };
  if (username !== undefined) {
    const password = passwordFrom === undefined ? await askPassword(io, false) : variable(io, passwordFrom);
    return { username, password };
  }
  return credentials === false ? { credentials } : {};
}

function variable({ env }: Io, name: string): string {
  const value = env[name];
  if (value !== undefined && value !== '') return value;
  throw new Fault('bad_request', `The variable ${name} is not set: set it, or pipe the secret in.`);
}

/** `a,b` and several options alike. */
function listOf(texts: string[]): string[] {
  return texts.flatMap((text) => text.split(',').map((each) => each.trim())).filter((each) => each !== '');
}

function timeoutsOf(texts: string[]): Record<string, string> {
  return Object.fromEntries(
    listOf(texts).map((text) => {
      const [phase = '', duration = ''] = text.split('=');
      return [phase, duration];
    }),
  );
}
