import { withKontor, type Context } from './context.ts';
import type { Kontor } from './server-face.ts';
import { json, table } from './table.ts';

type Seen = Awaited<ReturnType<Kontor['policyKeeper']['see']>>;

export function upstreamList(
  context: Context,
  registry: string,
  options: { json?: boolean },
): Promise<number> {
  return withKontor(context, async ({ policyKeeper }) => {
    const seen = await policyKeeper.see(registry);
    context.io.out(
      options.json ? json({ source: seen.source, upstreams: seen.policy.upstreams }) : upstreamTable(seen),
    );
    return 0;
  });
}

/** Upstreams in the order in which they are asked. */
export function upstreamTable({ policy: { upstreams, offline }, registry, source }: Seen): string {
  if (upstreams.length === 0) return `the registry ${registry.name} has no upstream (${from[source]})\n`;
  const rows = upstreams.map(({ name, url, names = [], credentials, freshness = '' }) => [
    name,
    url,
    names.join(', ') || 'any',
    credentials ? 'yes' : '',
    freshness,
  ]);
  const note = offline ? `offline: none of them is asked\n` : '';
  return `${table([['NAME', 'URL', 'NAMES', 'CREDENTIALS', 'FRESHNESS'], ...rows])}${note}`;
}

const from = {
  'kontor.yaml': 'set in kontor.yaml',
  database: 'set for this registry',
  default: 'by default',
};
