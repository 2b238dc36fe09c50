import { command } from './command.ts';

export const cacheVerify = command({
  arguments: '[NAME]...',
  options: { repair: { about: 'remove what is damaged, so that the next install fetches it anew' } },
  run: async ({ env, print, document }, names, { repair }) => {
    const [{ vaisHome }, { cleanCache, verifyCache }, { checkCached }] = await Promise.all([
      import('../../client/credentials/index.ts'),
      import('../../client/cache/index.ts'),
      import('./cached.ts'),
    ]);
    const home = vaisHome(env);
    await checkCached(home, names);
    let checked = 0;
    const findings = await verifyCache(home, {
      only: names.length === 0 ? undefined : new Set(names),
      onChecked: () => void (checked += 1),
    });
    for (const { name, version, problem } of findings) print(`✗ ${name} ${version}: ${problem}`);
    const removed =
      repair && findings.length > 0
        ? await cleanCache(
            home,
            findings.map(({ name, version }) => `${name}@${version}`),
          )
        : 0;
    if (findings.length === 0) print(`✓ ${checked} cached version(s) are whole`);
    else if (repair) print(`Removed ${removed} version(s); the next install fetches them anew.`);
    else print('--repair removes what is damaged, so that the next install fetches it anew.');
    document({ checked, damaged: findings, removed });
    return findings.length > 0 && !repair ? 1 : 0;
  },
});
