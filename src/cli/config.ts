import type { Context } from './context.ts';
import { json } from './table.ts';

/** Shows every setting and where its value comes from; secrets are masked. */
export function showConfig({ io, server, config }: Context, options: { json?: boolean }): number {
  if (options.json) io.out(json({ settings: config.sources, warnings: config.warnings }));
  else {
    io.out(`${server.describeConfig(config)}\n`);
    for (const warning of config.warnings) io.err(`warning: ${warning}\n`);
  }
  return 0;
}
