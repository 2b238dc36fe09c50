import { EVERYDAY_SCOPES, type TokenScope } from '../accounts/index.ts';
import { Fault, systemClock } from '../kernel/index.ts';
import { theCommandLine } from '../ledger/index.ts';
import { withKontor, type Context } from './context.ts';
import { parseLife } from './duration.ts';
import { reachableUrl } from './reachable-url.ts';
import type { CliConfig } from './server-face.ts';

export interface CreateTokenOptions {
  user?: string;
  name: string;
  scopes?: string[];
  readOnly?: boolean;
  registries?: string[];
  packages?: string[];
  organisations?: string[];
  cidr?: string[];
  bypass2fa?: boolean;
  expires?: string;
}

/** Makes a token and prints nothing else to standard output, so that `TOKEN=$(kontor token create)` works. */
export function tokenCreate(context: Context, options: CreateTokenOptions): Promise<number> {
  const { io, config } = context;
  const life = options.expires === undefined ? undefined : parseLife(options.expires);
  const scopes = scopesFrom(options);
  const { registries = [], packages = [], organisations = [], cidr = [] } = options;
  return withKontor(context, async ({ accounts }) => {
    const user = await accounts.operatorsChoice(options.user);
    const { token } = await accounts.issueToken(
      user,
      {
        name: options.name,
        scopes,
        limits: { registries, packages, organisations, addresses: cidr },
        bypassSecondFactor: options.bypass2fa ?? false,
        expiresAt: life === undefined ? null : systemClock() + life,
      },
      theCommandLine,
    );
    io.out(`${token}\n`);
    if (io.terminal.err) {
      io.err(`It is shown only now. For npm: npm config set ${npmKey(config)} TOKEN\n`);
    }
    return 0;
  });
}

const SCOPES: readonly TokenScope[] = ['read', 'publish', 'yank', 'admin'];

function scopesFrom({ scopes, readOnly }: CreateTokenOptions): readonly TokenScope[] {
  if (scopes === undefined) return readOnly ? ['read'] : EVERYDAY_SCOPES;
  if (readOnly) throw new Fault('bad_request', 'Give --scopes or --read-only, not both.');
  return scopes.map((name) => {
    const scope = SCOPES.find((known) => known === name);
    if (scope !== undefined) return scope;
    throw new Fault('bad_request', `There is no scope ${name}: a token may ${SCOPES.join(', ')}.`);
  });
}

/** The key in `.npmrc` under which npm looks for a token of its registry here: the URL without its scheme. */
function npmKey(config: CliConfig): string {
  return `${reachableUrl(config).replace(/^https?:/, '')}/npm/:_authToken`;
}
