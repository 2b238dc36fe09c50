import { createHash } from 'node:crypto';
import { packageUrl, type Target } from './publish.ts';

/** The fields of a packument that tests look at. */
export interface Packument {
  'dist-tags': Record<string, string>;
  versions: Record<string, { version: string; dist: { tarball: string; integrity: string; shasum: string } }>;
}

/** The full packument; undefined if the registry answers 404. Any other status rejects. */
export async function readPackument(
  server: Target,
  name: string,
  registry?: string,
): Promise<Packument | undefined> {
  const response = await fetch(packageUrl(server, name, registry), {
    headers: { accept: 'application/json' },
  });
  if (response.status === 404) {
    await response.body?.cancel();
    return undefined;
  }
  if (response.status !== 200) throw new Error(`${name}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Packument;
}

/** Downloads a tarball and resolves to the integrity of what came, `sha512-…`; any status but 200 rejects. */
export async function downloadedIntegrity(url: string): Promise<string> {
  const response = await fetch(url);
  if (response.status !== 200 || response.body === null) {
    throw new Error(`${url}: ${response.status} ${await response.text()}`);
  }
  const hash = createHash('sha512');
  for await (const chunk of response.body) hash.update(chunk as Uint8Array);
  return `sha512-${hash.digest('base64')}`;
}
