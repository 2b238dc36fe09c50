import type { FirstAdministrator } from '../accounts/index.ts';
import type { Context } from './context.ts';
import type { Io } from './io.ts';

/** After a stop, what still holds the process (a client that never ends) has this long; milliseconds. */
const LAST_GRACE = 5_000;

/** Serves until a signal asks it to stop; a second signal stops it at once. */
export async function serve({ io, server, config }: Context): Promise<number> {
  const asked = new Promise<void>((resolve) => {
    let signals = 0;
    const onSignal = (signal: NodeJS.Signals) => {
      if (++signals > 1) process.exit(signal === 'SIGINT' ? 130 : 143);
      resolve();
    };
    process.on('SIGTERM', onSignal);
    process.on('SIGINT', onSignal);
  });
  const running = await server.serve(config);
  announce(io, running.url, running.firstAdministrator);
  await asked;
  await running.stop();
  // Unreferenced: it fires only if something else keeps the process.
  setTimeout(() => process.exit(), LAST_GRACE).unref();
  return 0;
}

/** A person at a terminal is told where to go and, once, how to get in. The log tells the same without the password. */
function announce(io: Io, url: string, first: FirstAdministrator): void {
  if (!io.terminal.err) return;
  io.err(`Kontor serves ${url}\n`);
  if (first.outcome === 'created' && first.generated) {
    const { password, file } = first.generated;
    io.err(`The administrator ${first.user.name} has the password ${password}, which ${file} holds too.\n`);
  }
}
