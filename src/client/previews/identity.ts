import type { Dispatcher } from 'undici';
import { Fault } from '../../kernel/index.ts';
import type { Variables } from './commit.ts';

/** True if the job can show who it is: GitHub's with `id-token: write`, GitLab's with an `NPM_ID_TOKEN`. */
export function hasIdentity(env: Variables): boolean {
  return Boolean(
    env['NPM_ID_TOKEN'] || (env['ACTIONS_ID_TOKEN_REQUEST_URL'] && env['ACTIONS_ID_TOKEN_REQUEST_TOKEN']),
  );
}

/**
 * The identity token of the job, for the npm registry at `server`, as npm asks for it: docs/trusted-publishing.md. Fault `unavailable`
 * if the service gives none.
 */
export async function identityToken(env: Variables, server: string, dispatcher: Dispatcher): Promise<string> {
  const given = env['NPM_ID_TOKEN'];
  if (given) return given;
  const { fetch } = await import('undici');
  const url = new URL(env['ACTIONS_ID_TOKEN_REQUEST_URL'] ?? '');
  url.searchParams.set('audience', `npm:${new URL(server).hostname}`);
  const authorization = `Bearer ${env['ACTIONS_ID_TOKEN_REQUEST_TOKEN']}`;
  const response = await fetch(url, { headers: { authorization, accept: 'application/json' }, dispatcher });
  const { value } = (await response.json().catch(() => ({}))) as { value?: unknown };
  if (typeof value === 'string') return value;
  throw new Fault(
    'unavailable',
    `The job got no identity token (status ${response.status}): does it have id-token: write?`,
  );
}

/** A token for one package that trusts the job. Fault `bad_request` with what the server said. */
export async function exchangeIdentity(
  identity: string,
  { url, name, dispatcher }: { url: string; name: string; dispatcher: Dispatcher },
): Promise<string> {
  const { fetch } = await import('undici');
  const path = `/npm/-/npm/v1/oidc/token/exchange/package/${encodeURIComponent(name)}`;
  const response = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${identity}` },
    dispatcher,
    redirect: 'manual',
  });
  const { token, error, message } = (await response.json().catch(() => ({}))) as Record<string, unknown>;
  if (typeof token === 'string') return token;
  const said = [error, message].find((text) => typeof text === 'string') ?? `status ${response.status}`;
  throw new Fault(
    'bad_request',
    `There is no token, and ${name} does not take this job's identity for one: ${said} Put a token into KONTOR_TOKEN, or let the package trust the job.`,
  );
}
