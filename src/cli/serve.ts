import type { FirstAdministrator } from '../accounts/index.ts';
import type { Context } from './context.ts';
import type { Io } from './io.ts';

/** After a stop, what still holds the process (a client that never ends) has this long; milliseconds. */
const LAST_GRACE = 5_000;

/**
 * A supervisor that signals a whole group, with npm in it that forwards what it gets, sends one request to stop twice; a person who
 * is out of patience takes longer. Milliseconds.
 */
const SAME_REQUEST = 1_000;

/** Serves until a signal asks it to stop; another one, later, stops it at once. */
export async function serve({ io, server, config }: Context): Promise<number> {
  const asked = new Promise<void>((resolve) => {
    let first: number | undefined;
    const onSignal = (signal: NodeJS.Signals) => {
      first ??= performance.now();
      if (performance.now() - first > SAME_REQUEST) process.exit(signal === 'SIGINT' ? 130 : 143);
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
