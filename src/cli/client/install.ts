import { isOwn } from '../../client/credentials/index.ts';
import type { Installed } from '../../client/install/index.ts';
import { command, Misuse } from './command.ts';
import type { Context } from './context.ts';
import { openRegistry, registryOption } from './registry.ts';

export const install = command({
  arguments: '[NAME[@REQ]]...',
  options: {
    ...registryOption,
    update: { about: 'choose all versions anew, whatever is locked' },
    offline: { about: 'make no request: everything must be in the cache' },
    'no-offline': { about: 'fetch the index of packages, even if nothing seems to need it' },
    locked: { about: 'fail if vais.lock would change' },
  },
  run: async (context, specs, given) => {
    if (given.offline && given['no-offline'])
      throw new Misuse('--offline and --no-offline exclude each other');
    if (given.update && given.locked) throw new Misuse('--update and --locked exclude each other');
    const { install: run, readDemand } = await import('../../client/install/index.ts');
    const demand = await readDemand(context.cwd, specs);
    const installed = await run(demand, {
      ...settingsOf(context, given),
      offline: given.offline ?? false,
      fresh: given['no-offline'] ?? false,
      locked: given.locked ?? false,
      ...(given.update && { renew: 'all' as const }),
      onPlan: (packages) => {
        for (const { name, version } of packages) context.say(`Installing ${name} ${version}...`);
      },
    });
    for (const { name, version } of removedBy(installed)) {
      context.say(`${name} ${version} goes from vais.lock: nothing that is wanted here needs it`);
    }
    const count = installed.packages.filter(({ arrival }) => arrival !== 'local').length;
    context.say(
      count === 0 ? 'No packages to install' : `${context.paint.green('✓')} Installed ${count} package(s)`,
    );
    for (const name of demand.unlisted) {
      context.note(`vais.toml does not name ${name}: "${context.program} add ${name}" keeps it here.`);
    }
    context.document(documentOf(installed));
    return 0;
  },
});

/** What install and update have in common. */
export function settingsOf(context: Context, given: { registry?: string }) {
  const { env, progress, signal, warn } = context;
  const connect = async (manifest: string | undefined) => {
    const { client, chosen, credentials } = await openRegistry(context, given, manifest);
    return { client, own: await isOwn(chosen, { credentials, env }) };
  };
  return { env, progress, signal, warn, connect, asked: given.registry !== undefined };
}

export function documentOf({ packages, lockFile, before, after }: Installed) {
  return {
    lock_file: lockFile,
    packages: packages.map(({ locked: { name, version, checksum, source }, arrival, folder }) => ({
      name,
      version,
      ...(checksum !== '' && { checksum }),
      source,
      arrival,
      folder,
      ...(before.get(name)?.version !== version && { before: before.get(name)?.version ?? null }),
    })),
    removed: removedBy({ before, after }).map(({ name }) => name),
  };
}

function removedBy({ before, after }: Pick<Installed, 'before' | 'after'>) {
  return [...before.values()].filter(({ name }) => !after.has(name));
}
