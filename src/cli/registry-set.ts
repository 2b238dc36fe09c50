import { Fault } from '../kernel/index.ts';
import { theCommandLine } from '../ledger/index.ts';
import { withKontor, type Context } from './context.ts';
import { registryChange, type RegistryOptions } from './registry-options.ts';

export function registrySet(context: Context, name: string, options: RegistryOptions): Promise<number> {
  return withKontor(context, async (kontor) => {
    const change = await registryChange(kontor, options);
    if (Object.keys(change).length === 0) {
      throw new Fault('bad_request', 'Say what is to change: --visibility, --publish or --organisation.');
    }
    const row = await kontor.registries.changeFor(theCommandLine, name, change);
    context.io.out(`${describe(row)}\n`);
    return 0;
  });
}

function describe(row: {
  name: string;
  visibility: string;
  publish: string;
  organisation: string | null;
}): string {
  const owner = row.organisation === null ? '' : `, belongs to ${row.organisation}`;
  return `registry ${row.name}: visibility ${row.visibility}, publish ${row.publish}${owner}`;
}
