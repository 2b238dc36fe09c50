import { Fault, isoTime } from '../kernel/index.ts';
import { theCommandLine } from '../ledger/index.ts';
import type { RegistryRow } from '../registry/index.ts';
import { withKontor, type Context } from './context.ts';
import type { Kontor } from './server-face.ts';
import { json, table } from './table.ts';

export interface InRegistry {
  registry: string;
}

export interface ClaimOptions extends InRegistry {
  reason?: string;
  owner?: string;
}

export function registryClaim(context: Context, pattern: string, options: ClaimOptions): Promise<number> {
  return withKontor(context, async (kontor) => {
    const registry = await registryNamed(kontor, options.registry);
    const { versionsTaken } = await kontor.claimKeeper.claim(registry, theCommandLine, {
      pattern,
      reason: options.reason ?? null,
      owner: options.owner ?? null,
    });
    const taken =
      versionsTaken === 0
        ? ''
        : `; ${versionsTaken} stored version${versionsTaken === 1 ? '' : 's'} of the upstream's package went, and the numbers stay taken`;
    context.io.out(`${pattern} is claimed in ${registry.name}${taken}\n`);
    return 0;
  });
}

export function registryRelease(context: Context, pattern: string, options: InRegistry): Promise<number> {
  return withKontor(context, async (kontor) => {
    const registry = await registryNamed(kontor, options.registry);
    await kontor.claimKeeper.release(registry, theCommandLine, pattern);
    context.io.out(`${pattern} is claimed in ${registry.name} no longer\n`);
    return 0;
  });
}

export function registryClaims(context: Context, options: InRegistry & { json?: boolean }): Promise<number> {
  return withKontor(context, async (kontor) => {
    const registry = await registryNamed(kontor, options.registry);
    const claims = (await kontor.claimKeeper.list(registry)).map((claim) =>
      claim.at === null
        ? { pattern: claim.pattern, by: 'kontor.yaml', at: null, reason: null }
        : {
            pattern: claim.pattern,
            by: claim.by.name ?? claim.by.via,
            at: isoTime(claim.at),
            reason: claim.reason,
          },
    );
    context.io.out(
      options.json
        ? json(claims)
        : table([
            ['NAME', 'CLAIMED BY', 'AT', 'REASON'],
            ...claims.map(({ pattern, by, at, reason }) => [pattern, by, at ?? '-', reason ?? '-']),
          ]),
    );
    return 0;
  });
}

/** Fault `registry_not_found`. */
export async function registryNamed(
  { catalogue }: Pick<Kontor, 'catalogue'>,
  name: string,
): Promise<RegistryRow> {
  const row = (await catalogue.registries()).find((registry) => registry.name === name);
  if (row) return row;
  throw new Fault('registry_not_found', `There is no registry ${JSON.stringify(name.slice(0, 80))}.`);
}
