import { isoTime } from '../kernel/index.ts';
import { withKontor, type Context } from './context.ts';
import { describePolicy, describeRegistry } from './registry-set.ts';
import { upstreamTable } from './registry-upstream-list.ts';
import { json } from './table.ts';

export function registryShow(context: Context, name: string, options: { json?: boolean }): Promise<number> {
  return withKontor(context, async ({ policyKeeper }) => {
    const seen = await policyKeeper.see(name);
    const { registry, source, policy } = seen;
    const { format, visibility, publish, organisation, createdAt } = registry;
    const own = { name, format, visibility, publish, organisation, createdAt: isoTime(createdAt) };
    context.io.out(
      options.json
        ? json({ ...own, policy: { source, ...policy } })
        : `${describeRegistry(registry)}\n${describePolicy(seen)}\n${upstreamTable(seen)}`,
    );
    return 0;
  });
}
