import { theCommandLine } from '../ledger/index.ts';
import { withKontor, type Context } from './context.ts';
import { registryChange, type RegistryOptions } from './registry-options.ts';

export function registryCreate(
  context: Context,
  name: string,
  options: RegistryOptions & { format: string },
): Promise<number> {
  return withKontor(context, async (kontor) => {
    const settings = await registryChange(kontor, options);
    const registry = await kontor.createRegistry(name, options.format, theCommandLine, settings);
    context.io.out(`created registry ${registry.name} (${registry.format}) at /${registry.name}/\n`);
    return 0;
  });
}
