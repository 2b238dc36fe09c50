import { command } from './command.ts';

export const cacheClean = command({
  arguments: '[NAME[@VERSION]]...',
  run: async ({ env, say, document }, names) => {
    const [{ vaisHome }, { cleanCache }] = await Promise.all([
      import('../../client/credentials/index.ts'),
      import('../../client/cache/index.ts'),
    ]);
    const removed = await cleanCache(vaisHome(env), names);
    say(`✓ Removed ${removed} version(s) from the cache`);
    document({ removed });
    return 0;
  },
});
