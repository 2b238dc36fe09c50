import { bytesText } from './reporter.ts';
import { command } from './command.ts';

export const cacheList = command({
  run: async ({ env, print, document }) => {
    const [{ vaisHome }, { listCache }] = await Promise.all([
      import('../../client/credentials/index.ts'),
      import('../../client/cache/index.ts'),
    ]);
    const cached = await listCache(vaisHome(env));
    for (const { name, version, other, archive, unpacked } of cached) {
      const size = archive === undefined ? 'no archive' : bytesText(archive);
      const files = unpacked === undefined ? '' : `, ${unpacked.files} files`;
      print(`${name} ${version}  ${size}${files}${other === undefined ? '' : ', not in its usual place'}`);
    }
    if (cached.length === 0) print('The cache is empty.');
    document({ packages: cached });
    return 0;
  },
});
