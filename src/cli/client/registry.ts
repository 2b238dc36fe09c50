import { Fault } from '../../kernel/light/index.ts';
import { chooseRegistry, Credentials, type ChosenRegistry } from '../../client/credentials/index.ts';
import { asWord, Refusal, RegistryClient, type RequestSettings } from '../../client/registry/index.ts';
import { version } from '../version.ts';
import type { Context } from './context.ts';

/** What a command that speaks to a registry takes. */
export const registryOption = {
  registry: {
    value: 'URL',
    about: "else the manifest's, else KONTOR_REGISTRY_URL, else the one that you logged in to last",
  },
} as const;

export const tokenOption = {
  token: { value: 'TOKEN', about: 'else KONTOR_TOKEN, else the one of the log-in' },
} as const;

/** What a command takes that changes something there. */
export const writeOptions = {
  ...registryOption,
  ...tokenOption,
  otp: { value: 'CODE', about: 'one-time code of your second factor; asked for on a terminal' },
} as const;

export interface OpenRegistry {
  client: RegistryClient;
  chosen: ChosenRegistry;
  tokenFrom: TokenFrom;
  credentials: Credentials;
}

type TokenFrom = RequestSettings['tokenFrom'];

/**
 * The registry that a line means, and whoever speaks to it. Says so where it is one of several log-ins. Fault `bad_request` if it is not
 * known.
 *
 * @param manifest which registry the manifest of the project names, for commands that are about a project
 */
export async function openRegistry(
  context: Context,
  given: { registry?: string; token?: string; otp?: string },
  manifest?: string,
): Promise<OpenRegistry> {
  const credentials = credentialsOf(context);
  const chosen = await chooseRegistry({
    credentials,
    env: context.env,
    option: given.registry,
    manifest,
    token: given.token,
  });
  if (chosen.note !== undefined) context.note(chosen.note);
  const tokenFrom = whoGave(chosen, given, context);
  const client = clientFor(context, { ...chosen, tokenFrom, otp: given.otp });
  return { client, chosen, tokenFrom, credentials };
}

function whoGave({ token }: ChosenRegistry, given: { token?: string }, { env }: Context): TokenFrom {
  if (token === undefined) return undefined;
  if (given.token !== undefined) return '--token';
  return token === env['KONTOR_TOKEN']?.trim() ? 'KONTOR_TOKEN' : undefined;
}

export function credentialsOf({ env, warn }: Context): Credentials {
  return new Credentials({ env, warn });
}

export function clientFor(
  context: Context,
  settings: Pick<RequestSettings, 'base' | 'token' | 'tokenFrom' | 'otp'>,
): RegistryClient {
  const { base, token, tokenFrom, otp } = settings;
  const { env, note, signal, program } = context;
  return new RegistryClient({
    base,
    env,
    signal,
    program,
    onRetry: note,
    agent: `kontor/${version()}`,
    token,
    tokenFrom,
    otp,
  });
}

/**
 * Does what needs a token, and closes the client. Where the registry wants a one-time code for it as well, a person at a terminal is asked
 * for one, and it is done again. Faults `unauthenticated` say how to get a token.
 */
export async function withToken<T>(
  context: Context,
  { client, chosen, tokenFrom }: OpenRegistry,
  work: (client: RegistryClient) => Promise<T>,
): Promise<T> {
  try {
    if (chosen.token === undefined) throw tokenNeeded(context, chosen);
    return await work(client);
  } catch (error) {
    if (!(error instanceof Refusal && error.wantsCode && context.io.terminal.in)) throw error;
    const otp = await askForCode(context);
    if (otp === '') throw error;
    const again = clientFor(context, { ...chosen, tokenFrom, otp });
    try {
      return await work(again);
    } finally {
      again.close();
    }
  } finally {
    client.close();
  }
}

function tokenNeeded({ program }: Context, { base, from }: ChosenRegistry): Fault {
  const logIn = `run \`${program} login --registry ${asWord(base)}\``;
  const ways =
    from === 'manifest'
      ? `vais.toml names this registry: if you trust it, use --token with --registry, or ${logIn}.`
      : `Use --token or ${logIn}.`;
  return new Fault('unauthenticated', `authentication token required. ${ways}`);
}

async function askForCode({ io }: Context): Promise<string> {
  const { questions } = await import('./ask.ts');
  const dialogue = questions(io);
  try {
    return (await dialogue.ask('One-time code: '))?.trim() ?? '';
  } finally {
    dialogue.close();
  }
}
