import { systemClock } from '../kernel/index.ts';
import { theCommandLine } from '../ledger/index.ts';
import { withKontor, type Context } from './context.ts';
import { parseLife } from './duration.ts';
import { reachableUrl } from './reachable-url.ts';
import type { CliConfig } from './server-face.ts';

export interface CreateTokenOptions {
  user?: string;
  name: string;
  readOnly?: boolean;
  expires?: string;
}

/** Makes a token and prints nothing else to standard output, so that `TOKEN=$(kontor token create)` works. */
export function tokenCreate(context: Context, options: CreateTokenOptions): Promise<number> {
  const { io, config } = context;
  const life = options.expires === undefined ? undefined : parseLife(options.expires);
  return withKontor(context, async ({ accounts }) => {
    const user = await accounts.operatorsChoice(options.user);
    const { token } = await accounts.issueToken(
      user,
      {
        name: options.name,
        scopes: options.readOnly ? ['read'] : ['read', 'publish'],
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

/** The key in `.npmrc` under which npm looks for a token of its registry here: the URL without its scheme. */
function npmKey(config: CliConfig): string {
  return `${reachableUrl(config).replace(/^https?:/, '')}/npm/:_authToken`;
}
