import { createRequire } from 'node:module';
import { errnoOf } from '../../kernel/index.ts';
import type { UpstreamSource } from '../../registry/index.ts';
import { authorizationFor } from './client-credentials.ts';
import { findNpm } from './find-npm.ts';

export interface ClientSettingsOptions {
  /** Base URL to reach with npm's settings; by default the registry that npm is configured for. */
  registry?: string | undefined;
  env?: NodeJS.ProcessEnv;
  /** The folder whose project configuration counts. */
  cwd?: string;
  /** For the operator's log; a sentence. */
  warn: (message: string) => void;
}

/**
 * How npm on this machine reaches a registry: which one it is, certificates, proxy and the credentials for it, asked of
 * npm's own configuration library, so that the answer is that of `npm config get registry` in `cwd`. Undefined, after a
 * warning, if the configuration cannot be read: a guess could lead to another registry than the operator chose.
 */
export async function npmClientSettings(options: ClientSettingsOptions): Promise<UpstreamSource | undefined> {
  const { env = process.env, cwd = process.cwd(), warn } = options;
  try {
    const config = await load(env, cwd, warn);
    const { registry, ca, strictSSL, httpsProxy, proxy, noProxy } = config.flat;
    const url = options.registry ?? registry;
    if (typeof url !== 'string' || !URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
      throw new Error('its registry is not an http or https URL');
    }
    return {
      url,
      authorization: authorizationFor(url, (key) => config.get(key)),
      ca: textsOf(ca),
      strictTls: strictSSL !== false,
      // As npm does: one proxy for all, the one for https before the other.
      proxy: textsOf(httpsProxy)?.[0] ?? textsOf(proxy)?.[0] ?? null,
      noProxy: (textsOf(noProxy) ?? []).flatMap((hosts) => hosts.split(',')).map((host) => host.trim()),
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (options.registry !== undefined) {
      warn(`npm's own configuration cannot be used (${reason}): the upstream is asked without its settings.`);
      return bare(options.registry);
    }
    warn(
      `npm's own configuration cannot be used (${reason}), so it is not known where to ask for packages that are not here. Mend it, or set KONTOR_NPM_UPSTREAM to a URL or to off.`,
    );
    return undefined;
  }
}

/** What we use of npm's library, which comes without types. */
interface Config {
  load(): Promise<void>;
  validate(): boolean;
  get(key: string): unknown;
  flat: Record<string, unknown>;
  data: Map<string, { loadError?: unknown; source: string | null }>;
}
type ConfigClass = new (options: Record<string, unknown>) => Config;

async function load(env: NodeJS.ProcessEnv, cwd: string, warn: (message: string) => void): Promise<Config> {
  // Loaded here because its hundreds of definitions take a while, which servers without an upstream need not spend.
  const require = createRequire(import.meta.url);
  const Config: ConfigClass = require('@npmcli/config');
  const definitions: Record<string, unknown> = require('@npmcli/config/lib/definitions');
  const npm = await findNpm(env);
  const config = new Config({
    ...definitions,
    npmPath: npm.folder,
    execPath: npm.node,
    // It writes its findings into the environment that it is given.
    env: { ...env },
    argv: [npm.node, 'npm'],
    cwd,
    warn: false,
  });
  await config.load();
  for (const { loadError } of config.data.values()) {
    // npm shrugs at every unreadable file; what such a file says may be just which registry to ask.
    if (loadError !== undefined && !['ENOENT', 'ENOTDIR', 'EISDIR'].includes(errnoOf(loadError) ?? ''))
      throw loadError;
  }
  try {
    config.validate();
  } catch (error) {
    if (errnoOf(error) !== 'ERR_INVALID_AUTH') throw error;
    warn(
      "npm's configuration has credentials that belong to no registry; like npm, Kontor does not use them.",
    );
  }
  return config;
}

/** A registry that is reached without anything special. */
function bare(url: string): UpstreamSource {
  return { url, authorization: null, ca: null, strictTls: true, proxy: null, noProxy: [] };
}

function textsOf(value: unknown): string[] | null {
  const texts = [value].flat().filter((text): text is string => typeof text === 'string' && text !== '');
  return texts.length > 0 ? texts : null;
}
