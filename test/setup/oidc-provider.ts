import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignJWT, exportJWK, generateKeyPair, importJWK, type JWK, type JWTPayload } from 'jose';
import { Provider, type Configuration } from 'oidc-provider';
import { afterAll } from 'vitest';

/** An algorithm that the provider has a key for. */
export type ProviderAlgorithm = 'RS256' | 'ES256' | 'EdDSA';

/** Who is logged in at the provider, without being asked: the claims beside `sub`. */
export interface Person {
  sub: string;
  [claim: string]: unknown;
}

export interface RunningProvider {
  /** Its issuer, without a slash at its end. */
  issuer: string;
  client: { id: string; secret: string };
  /** Who logs in from now on; null: they refuse. */
  person: Person | null;
  /** What an identity token of the continuous integration says from now on, besides `iss`, `aud`, times and `jti`. */
  job: JWTPayload;
  /** Where a job asks for its identity token, and the secret with which it asks, as GitHub's runners have them. */
  tokenRequest: { url: string; token: string };
  /** Requests that came, as `GET /path`. */
  requests: string[];
  /** An identity token, signed with the provider's key. Claims override what it would say; `undefined` takes one away. */
  sign(
    claims: Record<string, unknown>,
    options?: { algorithm?: ProviderAlgorithm; header?: object },
  ): Promise<string>;
  /** Its public keys as it serves them. */
  publicKeys(): JWK[];
  /** Answers nothing but errors until it is `up` again. */
  down(): void;
  up(): void;
  /** New keys; the old ones are forgotten. */
  rotate(): Promise<void>;
  close(): Promise<void>;
}

const CLIENT = { id: 'kontor', secret: 'a-secret-between-kontor-and-its-provider' };
const REQUEST_TOKEN = 'the-secret-of-the-runner';
const ALGORITHMS: readonly ProviderAlgorithm[] = ['RS256', 'ES256', 'EdDSA'];

/**
 * A real OpenID provider on loopback, which also hands out the identity tokens of a make-believe continuous integration. It
 * ends with the test file.
 */
export async function startProvider(options: { redirectUris?: string[] } = {}): Promise<RunningProvider> {
  let broken = false;
  let keys = await newKeys();
  let handle: ((request: IncomingMessage, response: ServerResponse) => void) | undefined;
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${(request.url ?? '').replace(/\?.*/, '')}`);
    if (broken) {
      response.writeHead(503).end('down');
      return;
    }
    handle?.(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const running: RunningProvider = {
    issuer,
    client: CLIENT,
    person: { sub: 'person-1', preferred_username: 'anna' },
    job: {},
    tokenRequest: { url: `${issuer}/ci-token?run=1`, token: REQUEST_TOKEN },
    requests,
    publicKeys: () => keys.map(publicPart),
    down: () => (broken = true),
    up: () => (broken = false),
    async sign(claims, { algorithm = 'RS256', header = {} } = {}) {
      const key = keys.find(({ alg }) => alg === algorithm);
      if (key === undefined) throw new Error(`the provider has no key for ${algorithm}`);
      const now = Math.floor(Date.now() / 1000);
      const payload = {
        iss: issuer,
        sub: 'job',
        iat: now,
        nbf: now,
        exp: now + 300,
        jti: randomUUID(),
        ...claims,
      };
      return new SignJWT(payload)
        .setProtectedHeader({ alg: algorithm, kid: key.kid ?? '', typ: 'JWT', ...header })
        .sign(await importJWK(key, algorithm));
    },
    async rotate() {
      keys = await newKeys();
      serve();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  const serve = () => {
    const provider = new Provider(issuer, configuration(running, keys, options.redirectUris ?? []));
    const oidc = provider.callback();
    handle = (request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '/', issuer);
      if (pathname === '/ci-token') {
        void ciToken(running, request, response, searchParams.get('audience'));
      } else if (pathname.startsWith('/interaction/')) {
        void interact(provider, running, request, response);
      } else {
        void oidc(request, response);
      }
    };
  };
  serve();
  afterAll(() => running.close());
  return running;
}

async function newKeys(): Promise<JWK[]> {
  return Promise.all(
    ALGORITHMS.map(async (alg) => {
      const { privateKey } = await generateKeyPair(alg, { extractable: true });
      return Object.assign(await exportJWK(privateKey), { alg, use: 'sig', kid: randomUUID() });
    }),
  );
}

function publicPart({ d: _d, p: _p, q: _q, dp: _dp, dq: _dq, qi: _qi, ...key }: JWK): JWK {
  return key;
}

function configuration(running: RunningProvider, keys: JWK[], redirectUris: string[]): Configuration {
  return {
    jwks: { keys },
    clients: [
      {
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        redirect_uris: redirectUris,
        id_token_signed_response_alg: 'RS256',
      },
    ],
    pkce: { required: () => true },
    claims: {
      openid: ['sub'],
      profile: ['preferred_username', 'name', 'groups'],
      email: ['email', 'email_verified'],
    },
    // As most providers do: what is asked for stands in the ID token.
    conformIdTokenClaims: false,
    findAccount: (_context, sub) => ({
      accountId: sub,
      claims: () => ({ ...running.person, sub }),
    }),
    interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
    cookies: { keys: ['of the test'] },
    features: { devInteractions: { enabled: false } },
    ttl: { AccessToken: 60, Grant: 60, IdToken: 60, Interaction: 60, Session: 60 },
  };
}

/** Answers the provider's questions at once: they are who they are, and agree. */
async function interact(
  provider: Provider,
  running: RunningProvider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const details = await provider.interactionDetails(request, response);
  if (running.person === null) {
    const refused = { error: 'access_denied', error_description: 'They said no.' };
    return provider.interactionFinished(request, response, refused);
  }
  if (details.prompt.name === 'login') {
    const login = { accountId: running.person.sub, remember: false };
    return provider.interactionFinished(request, response, { login });
  }
  const grant = new provider.Grant({
    accountId: details.session?.accountId ?? '',
    clientId: details.params['client_id'] as string,
  });
  grant.addOIDCScope(String(details.params['scope']));
  return provider.interactionFinished(
    request,
    response,
    { consent: { grantId: await grant.save() } },
    { mergeWithLastSubmission: true },
  );
}

async function ciToken(
  running: RunningProvider,
  request: IncomingMessage,
  response: ServerResponse,
  audience: string | null,
): Promise<void> {
  if (request.headers.authorization !== `Bearer ${REQUEST_TOKEN}` || audience === null) {
    response.writeHead(401).end('{}');
    return;
  }
  const value = await running.sign({ ...running.job, aud: audience });
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ value }));
}
