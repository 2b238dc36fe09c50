import { Fault } from '../kernel/index.ts';
import { theCommandLine } from '../ledger/index.ts';
import { blockShape, specText } from './block-shape.ts';
import { withKontor, type Context } from './context.ts';
import { json } from './table.ts';

export function blockRemove(context: Context, id: string, options: { json?: boolean }): Promise<number> {
  if (!/^[1-9]\d{0,14}$/.test(id)) {
    throw new Fault(
      'bad_request',
      `${JSON.stringify(id.slice(0, 40))} is no block's number: kontor block list has them.`,
    );
  }
  return withKontor(context, async ({ blocks }) => {
    const row = await blocks.remove(theCommandLine, Number(id));
    context.io.out(options.json ? json(blockShape(row)) : `block ${row.id} is lifted: ${specText(row)}\n`);
    return 0;
  });
}
