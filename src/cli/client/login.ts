import { Refusal, registryBase, type RegistryClient } from '../../client/registry/index.ts';
import { Fault, printable } from '../../kernel/light/index.ts';
import { questions, type Questions } from './ask.ts';
import { command } from './command.ts';
import type { Context } from './context.ts';
import { clientFor, credentialsOf, registryOption } from './registry.ts';

/**
 * Logs in and keeps the token: with the name and password that are typed or piped in as two lines, or with a token that there is already,
 * which the registry is asked about. Where the server wants a second factor its code is asked for, or is a third line.
 */
export const login = command({
  options: {
    registry: { ...registryOption.registry, about: 'else KONTOR_REGISTRY_URL, else the last log-in' },
    token: { value: 'TOKEN', about: 'keep this one, instead of asking for name and password' },
  },
  run: async (context, _args, given) => {
    const credentials = credentialsOf(context);
    const registry =
      given.registry ?? (context.env['KONTOR_REGISTRY_URL'] || (await credentials.logins())[0]?.registry);
    if (registry === undefined) {
      throw new Fault('bad_request', 'Which registry? Give --registry URL, such as http://localhost:3000.');
    }
    const base = registryBase(registry);
    const { username, token } =
      given.token === undefined
        ? await byPassword(context, clientFor(context, { base }))
        : await byToken(context, base, given.token);
    await credentials.save(registry, token);
    context.say(`${context.paint.green('✓')} Logged in to ${registry} as ${username}`);
    context.say(`  Token saved to ${credentials.file}`);
    context.document({ registry, username, file: credentials.file });
    return 0;
  },
});

interface LoggedIn {
  username: string;
  token: string;
}

async function byPassword(context: Context, client: RegistryClient): Promise<LoggedIn> {
  const dialogue = questions(context.io);
  try {
    const username = needed(await dialogue.ask('Username: '), 'user name').trim();
    const password = needed(await dialogue.ask('Password: ', { hidden: true }), 'password');
    return { username, token: await tokenFor(client, { username, password }, dialogue) };
  } finally {
    dialogue.close();
    client.close();
  }
}

async function tokenFor(
  client: RegistryClient,
  { username, password }: { username: string; password: string },
  dialogue: Questions,
): Promise<string> {
  try {
    return await client.login(username, password);
  } catch (error) {
    if (!(error instanceof Refusal) || !error.wantsCode) throw inWords(error);
  }
  const otp = needed(await dialogue.ask('One-time code: '), 'one-time code').trim();
  try {
    return await client.login(username, password, otp);
  } catch (error) {
    throw inWords(error);
  }
}

async function byToken(context: Context, base: string, token: string): Promise<LoggedIn> {
  const client = clientFor(context, { base, token });
  try {
    return { username: printable((await client.whoami()).username), token };
  } catch (error) {
    throw inWords(error);
  } finally {
    client.close();
  }
}

/** A log-in that is refused is no reason to log in again. */
function inWords(error: unknown): unknown {
  if (!(error instanceof Refusal)) return error;
  const { httpStatus, said, code } = error;
  return new Fault(
    code,
    `login failed (HTTP ${httpStatus}): ${said === '' ? 'the registry says no more' : said}`,
    {
      cause: error,
    },
  );
}

function needed(answer: string | undefined, what: string): string {
  if (answer !== undefined && answer.trim() !== '') return answer;
  throw new Fault('bad_request', `No ${what} was given: type one, or pipe the answers in, a line each.`);
}
