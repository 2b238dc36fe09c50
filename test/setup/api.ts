import type { Target } from './publish.ts';

/** An answer of the first-party API. */
export interface ApiAnswer {
  status: number;
  headers: Headers;
  /** Parsed JSON; undefined for an empty body. */
  body: unknown;
}

export interface ApiRequest {
  /** A token or session, sent as bearer token. */
  token?: string;
  headers?: Record<string, string>;
  body?: unknown;
}

/** Asks the first-party API: `api(server, 'POST', '/sessions', { body: … })`. */
export async function api(
  server: Target,
  method: string,
  path: string,
  { token, headers = {}, body }: ApiRequest = {},
): Promise<ApiAnswer> {
  const response = await fetch(`${server.url}/-/api/v1${path}`, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? undefined : JSON.parse(text),
  };
}

/** Status and stable code of a refusal. */
export function problemOf({ status, body }: ApiAnswer): [number, unknown] {
  return [status, (body as { title?: unknown } | undefined)?.title];
}

/** Logs in and resolves to the session's JWT. */
export async function session(server: Target, login: string, password: string): Promise<string> {
  const answer = await api(server, 'POST', '/sessions', { body: { login, password } });
  if (answer.status !== 201) throw new Error(`${login} could not log in: status ${answer.status}.`);
  return (answer.body as { token: string }).token;
}
