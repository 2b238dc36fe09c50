import { theCommandLine } from '../ledger/index.ts';
import { readSpec } from '../policy/index.ts';
import { blockShape, specText } from './block-shape.ts';
import { withKontor, type Context } from './context.ts';
import { json } from './table.ts';

export interface BlockAddOptions {
  reason: string;
  registry?: string;
  advisory?: string;
  json?: boolean;
}

/** @param spec `demo`, `@acme/*`, `demo@1.x` */
export function blockAdd(context: Context, spec: string, options: BlockAddOptions): Promise<number> {
  const { reason, registry = null, advisory = null } = options;
  const { pattern: name, range } = readSpec(spec);
  return withKontor(context, async ({ blocks }) => {
    const row = await blocks.add(theCommandLine, { name, range, reason, advisory, registry });
    const where = row.registry === null ? 'every registry' : `the registry ${row.registry}`;
    context.io.out(
      options.json ? json(blockShape(row)) : `block ${row.id}: ${specText(row)} is kept out of ${where}\n`,
    );
    return 0;
  });
}
