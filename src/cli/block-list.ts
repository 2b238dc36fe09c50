import { isoTime } from '../kernel/index.ts';
import { blockShape, specText } from './block-shape.ts';
import { withKontor, type Context } from './context.ts';
import { json, table } from './table.ts';

export function blockList(context: Context, options: { json?: boolean }): Promise<number> {
  return withKontor(context, async ({ blocks }) => {
    const rows = await blocks.list();
    context.io.out(
      options.json
        ? json(rows.map(blockShape))
        : table([
            ['ID', 'PACKAGE', 'REGISTRY', 'REASON', 'ADVISORY', 'BY', 'SINCE'],
            ...rows.map((row) => [
              String(row.id),
              specText(row),
              row.registry ?? '(all)',
              row.reason,
              row.advisory ?? '-',
              row.by ?? '(command line)',
              isoTime(row.createdAt),
            ]),
          ]),
    );
    return 0;
  });
}
