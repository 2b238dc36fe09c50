import type { Kept } from '../registry/index.ts';
import { withKontor, type Context } from './context.ts';
import { json, table } from './table.ts';

/** Shows what takes room. What is cached of upstreams can be pulled again; what is owned here cannot. */
export function storage(context: Context, options: { json?: boolean }): Promise<number> {
  return withKontor(context, async (kontor) => {
    const report = await kontor.storageUse();
    if (options.json) {
      context.io.out(json(report));
      return 0;
    }
    context.io.out(
      table([
        ['REGISTRY', 'WHAT', 'PACKAGES', 'VERSIONS', 'FILES', 'BYTES'],
        ...report.registries.flatMap(({ registry, owned, cached, previews, documents }) => [
          row(registry, 'owned', owned),
          row(registry, 'cached', cached),
          [registry, 'previews', `${previews.count}`, '', `${previews.count}`, `${previews.bytes}`],
          [registry, 'documents', `${documents.count}`, '', '', `${documents.bytes}`],
        ]),
      ]),
    );
    const { stored, cache } = report;
    const cap = cache.cap === null ? 'any number is allowed' : `${cache.cap} are allowed`;
    context.io.out(`stored: ${stored.files} files with ${stored.bytes} bytes\n`);
    context.io.out(`cached of upstreams: ${cache.bytes} bytes; ${cap}\n`);
    return 0;
  });
}

function row(registry: string, what: string, { packages, versions, files, bytes }: Kept): string[] {
  return [registry, what, ...[packages, versions, files, bytes].map(String)];
}
