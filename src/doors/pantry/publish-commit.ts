import type { Principal } from '../../accounts/index.ts';
import { checkSha, type Preview, type PreviewPackage, type RegistryRow } from '../../registry/index.ts';
import { discardAll, type CommitBody } from './commit-body/index.ts';
import { openPackages, withSiblingUrls } from './commit-packages.ts';
import { siblingUrl } from './commit-shapes.ts';
import type { PantryDoorOptions } from './options.ts';

/**
 * Stores the packages of a commit, all of them or none. Those that depend on each other, or on what is stored of the commit, are made to
 * depend on these previews. `base` is what URLs begin with. Discards what is staged in any case. Faults as `Previews.publish` and
 * `readPreviewArchive`.
 */
export async function publishCommit(
  { previews, blobs, maxTarballBytes }: Pick<PantryDoorOptions, 'previews' | 'blobs' | 'maxTarballBytes'>,
  { registry, principal, base }: { registry: RegistryRow; principal: Principal; base: string },
  { packages: sent, ...commit }: CommitBody,
): Promise<{ sha: string; stored: Preview[] }> {
  const staged: PreviewPackage[] = [];
  try {
    const sha = checkSha(commit.sha);
    const opened = await openPackages(sent);
    const siblings = await previews.siblings(registry, sha, principal);
    for (const { name } of sent) siblings.add(name);
    const urlOf = (name: string) => (siblings.has(name) ? siblingUrl(base, sha, name) : undefined);
    const packages = await withSiblingUrls(opened, urlOf, { blobs, staged, maxTarballBytes });
    return { sha, stored: await previews.publish(registry, principal, { ...commit, packages }) };
  } finally {
    await discardAll([...sent, ...staged]);
  }
}
