import type { Readable } from 'node:stream';
import { Fault } from '../../kernel/index.ts';
import { readPackageArchiveApart } from './archive-thread.ts';
import { isObject, own } from './json.ts';
import type { Rewriting } from './rewrite.ts';
import { withSiblings } from './siblings.ts';

/** What the archive of a commit's package tells about it. */
export interface PreviewArchive {
  /** As package.json has it, if it is a text. */
  version: string | undefined;
  /** True if only few are to have it: `publishConfig.access`. */
  restricted: boolean;
  /**
   * What is to be done to the archive so that its dependencies on packages that `urlOf` knows lead to their URLs; undefined if it has
   * none. Fault `manifest_invalid`.
   */
  rewriting(urlOf: (name: string) => string | undefined): Rewriting | undefined;
}

/**
 * Opens an archive, with limits, in a thread of its own. Faults as `readPackageArchive`, and `manifest_invalid` for a package of another
 * name. `source` is destroyed in every case.
 */
export async function readPreviewArchive(source: Readable, name: string): Promise<PreviewArchive> {
  const { packageJson, packageJsonAt } = await readPackageArchiveApart(source);
  const found = own(packageJson, 'name');
  if (found !== name) {
    throw new Fault(
      'manifest_invalid',
      `The archive holds the package ${JSON.stringify(found ?? null).slice(0, 250)}: publish it under its own name.`,
    );
  }
  const version = own(packageJson, 'version');
  const config = own(packageJson, 'publishConfig');
  return {
    version: typeof version === 'string' && version !== '' ? version : undefined,
    restricted: isObject(config) && own(config, 'access') === 'restricted',
    rewriting: (urlOf) => {
      const text = withSiblings(packageJson, (other) => (other === name ? undefined : urlOf(other)));
      return text === undefined ? undefined : { place: packageJsonAt, text };
    },
  };
}
