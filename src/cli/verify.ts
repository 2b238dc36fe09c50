import { withKontor, type Context } from './context.ts';
import { json, table } from './table.ts';

/** Checks the whole store; 0 if it is whole, 1 if not. Leftovers that the sweeper will take are no fault. */
export function verify(context: Context, options: { json?: boolean }): Promise<number> {
  return withKontor(context, async (kontor) => {
    const report = await kontor.verify();
    const { blobs, bytes, owned, cached, previews, events, unsealed, orphans, problems } = report;
    const clean = problems.length === 0;
    if (options.json) context.io.out(json({ clean, ...report }));
    else {
      context.io.out(
        table([
          ['blobs', `${blobs} with ${bytes} bytes`],
          ['owned', `${owned.blobs} with ${owned.bytes} bytes`],
          ['cached', `${cached.blobs} with ${cached.bytes} bytes, which only packages of upstreams have`],
          ['previews', `${previews.blobs} with ${previews.bytes} bytes`],
          ['events', `${events}, and ${unsealed} not yet sealed`],
          ['leftovers', `${orphans} without a row, which the sweeper takes`],
          ['problems', `${problems.length}`],
        ]),
      );
      for (const problem of problems) context.io.out(`- ${problem}\n`);
      context.io.out(clean ? 'the store is whole\n' : 'the store is NOT whole\n');
    }
    return clean ? 0 : 1;
  });
}
