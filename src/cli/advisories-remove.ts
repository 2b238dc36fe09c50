import { theCommandLine } from '../ledger/index.ts';
import { withKontor, type Context } from './context.ts';

export function removeAdvisory(
  context: Context,
  id: string,
  { source }: { source?: string },
): Promise<number> {
  return withKontor(context, async ({ advisories }) => {
    await advisories.remove(id, source ?? null, theCommandLine);
    context.io.out(`forgot ${id}\n`);
    return 0;
  });
}
