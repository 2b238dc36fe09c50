import { Agent, request } from 'undici';

/** Connections stay open between requests, as those of clients do; compressed bodies stay compressed. */
const agent = new Agent({ connections: 32 });

export const ABBREVIATED = 'application/vnd.npm.install-v1+json';
/** What npm sends when it installs. */
export const installHeaders = { accept: ABBREVIATED, 'accept-encoding': 'gzip' };

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

export async function get(
  url: string,
  headers: Record<string, string> = {},
  dispatcher = agent,
): Promise<Answer> {
  const { statusCode, headers: received, body } = await request(url, { headers, dispatcher });
  return { status: statusCode, headers: received, body: Buffer.from(await body.arrayBuffer()) };
}

/** Like `get`; rejects unless the answer is 200. */
export async function fetchOk(
  url: string,
  headers: Record<string, string> = {},
  dispatcher = agent,
): Promise<Answer> {
  const answer = await get(url, headers, dispatcher);
  if (answer.status !== 200) {
    throw new Error(`${url} answered ${answer.status}: ${answer.body.toString('utf8', 0, 500)}`);
  }
  return answer;
}

/** Sends a publish; resolves to the status. */
export async function put(registry: string, name: string, token: string, body: Buffer): Promise<number> {
  const { statusCode, body: answer } = await request(packageUrl(registry, name), {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body,
    dispatcher: agent,
    headersTimeout: 60_000,
  });
  await answer.dump();
  return statusCode;
}

/** Like `put`; rejects unless it was accepted. */
export async function publishOk(registry: string, name: string, token: string, body: Buffer): Promise<void> {
  const status = await put(registry, name, token, body);
  if (status >= 300) throw new Error(`${registry} answered ${status} to a publish of ${name}.`);
}

/** Sends a body; rejects unless the answer is 200. */
export async function postOk(url: string, headers: Record<string, string>, body: Buffer): Promise<void> {
  const { statusCode, body: answer } = await request(url, {
    method: 'POST',
    headers,
    body,
    dispatcher: agent,
  });
  const text = await answer.text();
  if (statusCode !== 200) throw new Error(`${url} answered ${statusCode}: ${text.slice(0, 500)}`);
}

export const benchUser = { name: 'bench', password: 'a long pass phrase for the bench' };

/** Registers the bench's user, or logs in if it is known; resolves to a token that may publish. */
export async function login(registry: string): Promise<string> {
  const { body } = await request(`${registry}/-/user/org.couchdb.user:${benchUser.name}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...benchUser, type: 'user', roles: [] }),
    dispatcher: agent,
  });
  const { token } = (await body.json()) as { token?: string };
  if (token === undefined) throw new Error(`${registry} gave no token.`);
  return token;
}

export function packageUrl(registry: string, name: string): string {
  return `${registry}/${name.replace('/', '%2f')}`;
}

export async function closeConnections(): Promise<void> {
  await agent.close();
}
