import { Fault } from '../../kernel/light/index.ts';
import { command } from './command.ts';

export const verify = command({
  run: async ({ cwd, env, paint, print, document, program }) => {
    const { verifyInstalled } = await import('../../client/install/index.ts');
    const verified = await verifyInstalled(cwd, env);
    if (verified === undefined) {
      throw new Fault('not_found', `There is no vais.lock here: "${program} install" writes one.`);
    }
    const { checked, damaged, fits } = verified;
    for (const { name, version, problem } of damaged)
      print(`${paint.red('✗')} ${name} ${version}: ${problem}`);
    if (!fits) print(`${paint.red('✗')} vais.lock does not fit vais.toml`);
    const whole = damaged.length === 0 && fits;
    if (whole) print(`${paint.green('✓')} ${checked} package(s) are whole, and what vais.lock says`);
    if (!fits) print(`"${program} install" writes vais.lock anew.`);
    if (damaged.length > 0)
      print(`"${program} install" fetches and unpacks anew what is missing or damaged.`);
    document({ checked, damaged, fits });
    return whole ? 0 : 1;
  },
});
