import type { Configuration } from 'openid-client';
import type { SignOnProvider } from '../../accounts/index.ts';
import { Fault, isFault } from '../../kernel/index.ts';

export interface SignOnSettings {
  issuer: string;
  clientId: string;
  clientSecret: string | undefined;
  scopes: string;
}

/** Seconds for each request to the provider. */
const TIMEOUT = 8;

/** openid-client as the port that the domain asks for. Discovery happens at the first log-in and again until it succeeds. */
export function signOnProvider({ issuer, clientId, clientSecret, scopes }: SignOnSettings): SignOnProvider {
  let discovered: Promise<Configuration> | undefined;

  async function discover(): Promise<Configuration> {
    const client = await import('openid-client');
    const execute = [client.enableNonRepudiationChecks];
    // An administrator who writes http means a provider of their own network.
    if (issuer.startsWith('http:')) execute.push(client.allowInsecureRequests);
    const authentication = clientSecret === undefined ? client.None() : client.ClientSecretPost(clientSecret);
    const options = { execute, timeout: TIMEOUT };
    return client.discovery(new URL(issuer), clientId, undefined, authentication, options);
  }

  const configuration = () =>
    (discovered ??= discover().catch((error: unknown) => {
      discovered = undefined;
      throw failed(issuer, error);
    }));

  return {
    issuer,

    async authorizationUrl({ state, nonce, verifier }, callback) {
      const config = await configuration();
      const client = await import('openid-client');
      return client.buildAuthorizationUrl(config, {
        redirect_uri: callback,
        scope: scopes,
        state,
        nonce,
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      });
    },

    async person(callbackUrl, { state, nonce, verifier }) {
      const config = await configuration();
      const client = await import('openid-client');
      try {
        const tokens = await client.authorizationCodeGrant(config, callbackUrl, {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: verifier,
          idTokenExpected: true,
        });
        const claims = tokens.claims();
        if (claims === undefined) throw refused('it sent no ID token');
        if (config.serverMetadata().userinfo_endpoint === undefined) return claims;
        const more = await client.fetchUserInfo(config, tokens.access_token, claims.sub);
        // What is signed wins.
        return { ...more, ...claims };
      } catch (error) {
        throw await judged(issuer, error);
      }
    },
  };
}

/** Tells a provider that says no, or lies, from one that is not there. */
async function judged(issuer: string, error: unknown): Promise<Fault> {
  if (isFault(error)) return error;
  const client = await import('openid-client');
  if (error instanceof client.AuthorizationResponseError) return refused(word(error.error), error);
  if (error instanceof client.ResponseBodyError && error.status < 500)
    return refused(word(error.error), error);
  if (error instanceof client.ClientError && isOfAnswer(error))
    return refused('its answer is not valid', error);
  return failed(issuer, error);
}

/** openid-client's codes for an answer that came and is no good, as opposed to one that did not come. */
function isOfAnswer({ code, cause }: { code?: string; cause?: unknown }): boolean {
  if (cause instanceof Response) return cause.status < 500;
  return code !== undefined && !/TIMEOUT|ABORT|KEY_SELECTION_HTTP|UNEXPECTED_STATUS/.test(code);
}

/** The provider's own word, fit to be shown. */
function word(text: string): string {
  return `it answered ${text.replaceAll(/[^\w .-]/g, '').slice(0, 60)}`;
}

function refused(reason: string, cause?: unknown): Fault {
  return new Fault('sign_on_failed', `Single sign-on did not let you in: ${reason}. Start again.`, { cause });
}

function failed(issuer: string, cause: unknown): Fault {
  return new Fault(
    'issuer_failed',
    `The single sign-on at ${new URL(issuer).host} cannot be reached just now: try again later, or log in with a password.`,
    { cause },
  );
}
