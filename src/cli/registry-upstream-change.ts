import { Fault } from '../kernel/index.ts';
import { theCommandLine } from '../ledger/index.ts';
import { withKontor, type Context } from './context.ts';
import { upstreamTable } from './registry-upstream-list.ts';
import { writtenUpstream, type UpstreamOptions } from './registry-upstream-options.ts';

interface Named {
  name: string;
}
type Edit = (upstreams: readonly Named[]) => readonly object[] | null;

export async function upstreamAdd(
  context: Context,
  registry: string,
  url: string,
  { name, first, ...options }: UpstreamOptions & { name?: string; first?: boolean },
): Promise<number> {
  const written = await writtenUpstream(context.io, { ...options, url });
  const added = { ...written, ...(name !== undefined && { name }) };
  return change(context, registry, (upstreams) => (first ? [added, ...upstreams] : [...upstreams, added]));
}

export async function upstreamSet(
  context: Context,
  registry: string,
  name: string,
  options: UpstreamOptions,
): Promise<number> {
  const written = await writtenUpstream(context.io, options);
  if (Object.keys(written).length === 0) {
    throw new Fault(
      'bad_request',
      'Say what is to change: kontor registry upstream set --help shows what can.',
    );
  }
  return change(context, registry, (upstreams) => {
    assertKnown(upstreams, registry, name);
    return upstreams.map((upstream) => (upstream.name === name ? changed(upstream, written) : upstream));
  });
}

export function upstreamRemove(context: Context, registry: string, name: string): Promise<number> {
  return change(context, registry, (upstreams) => {
    assertKnown(upstreams, registry, name);
    return upstreams.filter((upstream) => upstream.name !== name);
  });
}

export function upstreamReset(context: Context, registry: string): Promise<number> {
  return change(context, registry, () => null);
}

/** Whoever moves an upstream to another host, or gives it other credentials, does not mean those of before. */
function changed(upstream: object, written: Record<string, unknown>): object {
  const before = Object.entries(upstream).filter(([key]) => key !== 'credentials');
  return { ...Object.fromEntries(before), ...written };
}

function assertKnown(upstreams: readonly Named[], registry: string, name: string): void {
  if (upstreams.some((upstream) => upstream.name === name)) return;
  const known = upstreams.map((upstream) => upstream.name).join(', ') || 'none';
  throw new Fault(
    'bad_request',
    `The registry ${registry} has no upstream ${JSON.stringify(name.slice(0, 80))}; it has: ${known}.`,
  );
}

function change(context: Context, registry: string, edit: Edit): Promise<number> {
  return withKontor(context, async ({ policyKeeper }) => {
    const seen = await policyKeeper.change(theCommandLine, registry, (current) => ({
      ...current,
      upstreams: edit(current.upstreams),
    }));
    context.io.out(upstreamTable(seen));
    return 0;
  });
}
