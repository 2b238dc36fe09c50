import type { Dispatcher } from 'undici';
import { Fault } from '../../kernel/index.ts';
import { npmClientSettings } from '../../formats/npm/index.ts';
import type { Variables } from './commit.ts';
import { hasIdentity } from './identity.ts';

/** Where previews are sent, and as whom. */
export interface Target {
  /** Without a slash at its end: `https://packages.example.com`. */
  url: string;
  /** The value of the header `Authorization`; undefined: the job shows its identity. */
  authorization: string | undefined;
  dispatcher: Dispatcher;
}

export interface TargetQuestion {
  cwd: string;
  env: Variables;
  /** From the command line. */
  registry: string | undefined;
  warn: (message: string) => void;
}

/** The registry that npm is configured for where nobody has configured it. */
const NPMS_OWN = 'registry.npmjs.org';
/** A server may take its time with a large commit, milliseconds. */
const PATIENCE = 900_000;

/**
 * The registry that was said on the command line, else by KONTOR_REGISTRY_URL, else the one that npm is configured for in `cwd`; with
 * KONTOR_TOKEN, else with what npm would send there, else as the job itself, and by npm's way to reach it. Fault `bad_request` if there is
 * none.
 */
export async function findTarget({ cwd, env, registry, warn }: TargetQuestion): Promise<Target> {
  const said = registry ?? (env['KONTOR_REGISTRY_URL'] || undefined);
  if (said !== undefined && !isWebUrl(said)) {
    throw new Fault('bad_request', `${said} is no http or https URL, such as https://packages.example.com.`);
  }
  const settings = await npmClientSettings({ registry: said, env: { ...env }, cwd, warn });
  // Nobody has said a word of that one: a token of ours would be shown to strangers.
  if (settings === undefined || (said === undefined && new URL(settings.url).hostname === NPMS_OWN)) {
    throw new Fault(
      'bad_request',
      'It is not known which registry to publish to: say --registry or KONTOR_REGISTRY_URL.',
    );
  }
  const url = serverOf(settings.url);
  const token = env['KONTOR_TOKEN']?.trim() || undefined;
  const authorization =
    token === undefined
      ? await authorizationAt(settings, `${url}/npm/`, { cwd, env, warn })
      : `Bearer ${token}`;
  if (authorization === null && !hasIdentity(env)) {
    throw new Fault(
      'bad_request',
      `There is no token for ${url}: put one into KONTOR_TOKEN, or into the .npmrc, as «${url.replace(/^https?:/, '')}/npm/:_authToken=…».`,
    );
  }
  const { EnvHttpProxyAgent } = await import('undici');
  const tls = { ...(settings.ca ? { ca: settings.ca } : {}), rejectUnauthorized: settings.strictTls };
  const dispatcher = new EnvHttpProxyAgent({
    headersTimeout: PATIENCE,
    bodyTimeout: PATIENCE,
    connect: tls,
    requestTls: tls,
    proxyTls: tls,
    ...(settings.proxy === null ? {} : { httpProxy: settings.proxy, httpsProxy: settings.proxy }),
    ...(settings.noProxy.length === 0 ? {} : { noProxy: settings.noProxy.join(',') }),
  });
  return { url, authorization: authorization ?? undefined, dispatcher };
}

/** Tokens in an `.npmrc` are those of the npm door, which the server's own address may have been given in place of. */
async function authorizationAt(
  settings: { url: string; authorization: string | null },
  npm: string,
  where: Omit<TargetQuestion, 'registry'>,
): Promise<string | null> {
  if (settings.authorization !== null) return settings.authorization;
  const atNpm = await npmClientSettings({ registry: npm, ...where, env: { ...where.env } });
  return atNpm?.authorization ?? null;
}

/** Previews are at the root of the server, beside the registry `npm`. */
function serverOf(registry: string): string {
  const url = new URL(registry);
  const path = url.pathname.replace(/\/+$/, '').replace(/\/(npm|pantry)$/, '');
  return `${url.origin}${path}`;
}

function isWebUrl(text: string): boolean {
  return /^https?:$/.test(URL.parse(text)?.protocol ?? '');
}
