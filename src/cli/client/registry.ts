import { Fault } from '../../kernel/light/index.ts';
import { chooseRegistry, Credentials, type ChosenRegistry } from '../../client/credentials/index.ts';
import { RegistryClient } from '../../client/registry/index.ts';
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

export interface OpenRegistry {
  client: RegistryClient;
  chosen: ChosenRegistry;
  credentials: Credentials;
}

/**
 * The registry that a line means, and whoever speaks to it. Says so where it is one of several log-ins. Fault `bad_request` if it is not
 * known.
 *
 * @param manifest which registry the manifest of the project names, for commands that are about a project
 */
export async function openRegistry(
  context: Context,
  given: { registry?: string; token?: string },
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
  return { client: clientFor(context, chosen), chosen, credentials };
}

export function credentialsOf({ env, warn }: Context): Credentials {
  return new Credentials({ env, warn });
}

export function clientFor(
  context: Context,
  { base, token }: { base: string; token?: string | undefined },
): RegistryClient {
  const { env, note, signal, program } = context;
  return new RegistryClient({
    base,
    env,
    signal,
    program,
    onRetry: note,
    agent: `kontor/${version()}`,
    ...(token !== undefined && { token }),
  });
}

/** Does what needs a token, and closes the client. Faults `unauthenticated` say how to get one. */
export async function withToken<T>(
  { program }: Context,
  { client, chosen }: OpenRegistry,
  work: (client: RegistryClient) => Promise<T>,
): Promise<T> {
  const line = `${program} login --registry ${chosen.registry}`;
  try {
    if (chosen.token === undefined) {
      throw new Fault('unauthenticated', `authentication token required. Use --token or run \`${line}\`.`);
    }
    return await work(client);
  } finally {
    client.close();
  }
}
