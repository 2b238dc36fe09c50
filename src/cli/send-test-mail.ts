import type { Context } from './context.ts';

/** Sends a mail to see that the settings are right; neither server nor store is needed. */
export async function sendTestMail({ io, server, config }: Context, address: string): Promise<number> {
  const { from, via } = await server.sendTestMail(config, address);
  io.out(`sent to ${address}, from ${from}, through ${via}\n`);
  return 0;
}
