import { theCommandLine } from '../ledger/index.ts';
import { withKontor, type Context } from './context.ts';

export function registryCreate(context: Context, name: string, options: { format: string }): Promise<number> {
  return withKontor(context, async (kontor) => {
    const registry = await kontor.createRegistry(name, options.format, theCommandLine);
    context.io.out(`created registry ${registry.name} (${registry.format}) at /${registry.name}/\n`);
    return 0;
  });
}
