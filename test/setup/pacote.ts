import { dirname, join } from 'node:path';
import type { Client } from './clients.ts';
import { machine } from './projects.ts';
import { run } from './run.ts';

/**
 * What the library in which npm checks signatures and attestations says of a version: `genuine`, or its error. `npm audit
 * signatures` makes the same check of each package, and asks a trust root on the internet first.
 */
export async function verifyWithPacote(
  npm: Client,
  registry: string,
  spec: string,
  check: 'Signatures' | 'Attestations',
): Promise<string> {
  const script = `
    import dns from 'node:dns';
    // No way to the outside: names lead nowhere, and the registry is an address.
    dns.lookup = (...args) => args.at(-1)(Object.assign(new Error('offline'), { code: 'ENOTFOUND' }));
    const [pacote, registry, spec, check] = process.argv.slice(2);
    const { default: { manifest } } = await import(pacote);
    const { keys } = await (await fetch(registry + '/-/npm/v1/keys')).json();
    const pemkey = ({ key }) => '-----BEGIN PUBLIC KEY-----\\n' + key + '\\n-----END PUBLIC KEY-----';
    const options = { registry: registry + '/', fullMetadata: true, cache: process.env.npm_config_cache,
      tufCache: process.env.npm_config_cache + '-tuf', ['verify' + check]: true,
      [registry.replace('http:', '') + '/:_keys']: keys.map((key) => ({ ...key, pemkey: pemkey(key) })) };
    try {
      const { _signatures } = await manifest(spec, options);
      console.log(_signatures.length > 0 ? 'genuine' : 'unsigned');
    } catch (error) {
      console.log(error.code, error.message);
    }
  `;
  const pacote = join(dirname(npm.prefix[0] ?? ''), '../node_modules/pacote/lib/index.js');
  const args = ['--input-type=module', '-e', script, '-', pacote, registry, spec, check];
  const { stdout, stderr } = await run(process.execPath, args, machine(registry));
  return `${stdout}${stderr}`.trim();
}
