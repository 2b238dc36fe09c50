import { command } from './command.ts';

export const cacheClean = command({
  arguments: '[NAME[@VERSION]]...',
  run: async ({ env, say, document }, names) => {
    const [{ vaisHome }, { cleanCache }, { checkCached }] = await Promise.all([
      import('../../client/credentials/index.ts'),
      import('../../client/cache/index.ts'),
      import('./cached.ts'),
    ]);
    await checkCached(vaisHome(env), names, { versions: true });
    const removed = await cleanCache(vaisHome(env), names);
    say(`✓ Removed ${removed} version(s) from the cache`);
    if (names.length === 0)
      say('The copies of registries’ indexes went too: --offline needs them fetched anew.');
    document({ removed });
    return 0;
  },
});
