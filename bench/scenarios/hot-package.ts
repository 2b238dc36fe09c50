import { libraryManifest, publishRequest } from '../setup/packages.ts';
import { fetchOk, installHeaders, packageUrl, publishOk, type Answer } from '../setup/registry-client.ts';
import type { Registry, World } from '../setup/world.ts';

/** The package of the packument scenarios. */
export const hotName = 'hot-library';
const VERSIONS = 280;

/** Publishes it to Kontor and puts what Kontor answers in front of nginx; resolves to that answer. */
export function hotPackage(world: World): Promise<Answer> {
  return world.once('hot package', async () => {
    const kontor = await world.kontor();
    for (const body of await requests(world)) await publishOk(kontor.registry, hotName, kontor.token, body);
    const answer = await fetchOk(packageUrl(kontor.registry, hotName), installHeaders);
    await (await world.site()).document(hotName, answer.body);
    return answer;
  });
}

/** Verdaccio with the same package. */
export function verdaccioWithHotPackage(world: World): Promise<Registry> {
  return world.once('hot package on Verdaccio', async () => {
    const verdaccio = await world.verdaccio();
    for (const body of await requests(world))
      await publishOk(verdaccio.registry, hotName, verdaccio.token, body);
    return verdaccio;
  });
}

function requests(world: World): Promise<Buffer[]> {
  return world.once('requests of the hot package', async () => {
    const bodies: Buffer[] = [];
    for (let ordinal = 0; ordinal < VERSIONS; ordinal += 1) {
      const version = `${Math.floor(ordinal / 50) + 1}.${ordinal % 50}.0`;
      bodies.push(await publishRequest(libraryManifest(hotName, version, ordinal)));
    }
    return bodies;
  });
}
