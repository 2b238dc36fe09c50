import { bytesText } from './reporter.ts';
import { command } from './command.ts';

export const cacheStats = command({
  run: async ({ env, print, document }) => {
    const [{ vaisHome }, { cacheFolder, listCache }] = await Promise.all([
      import('../../client/credentials/index.ts'),
      import('../../client/cache/index.ts'),
    ]);
    const cached = await listCache(vaisHome(env));
    const stats = {
      folder: cacheFolder(vaisHome(env)),
      packages: new Set(cached.map(({ name }) => name)).size,
      versions: cached.length,
      archive_bytes: cached.reduce((sum, { archive = 0 }) => sum + archive, 0),
      unpacked_bytes: cached.reduce((sum, { unpacked }) => sum + (unpacked?.bytes ?? 0), 0),
    };
    print(`Folder:    ${stats.folder}`);
    print(`Packages:  ${stats.packages}, in ${stats.versions} versions`);
    print(`Archives:  ${bytesText(stats.archive_bytes)}`);
    print(`Unpacked:  ${bytesText(stats.unpacked_bytes)}`);
    document(stats);
    return 0;
  },
});
