import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Catalogue, VersionRow } from '../registry/index.ts';

/** Versions read at a time. */
const PAGE = 200;

/** All versions of a package that is owned here, page by page: other requests get their turn in between. */
export async function* localVersions(
  catalogue: Pick<Catalogue, 'versions'>,
  packageId: number,
): AsyncGenerator<VersionRow> {
  for (let afterId = 0; ;) {
    const page = await catalogue.versions(packageId, afterId, PAGE);
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    afterId = last.id;
    await nextTurn();
  }
}
