import type { FastifyInstance } from 'fastify';
import { Fault } from '../../kernel/index.ts';
import type { Door } from '../context.ts';
import { allowEveryOrigin } from '../cors.ts';
import { sendFlatError } from '../flat-errors.ts';
import type { PantryDoorOptions } from './options.ts';
import { canonicalPath, nameIn, takesAtRoot } from './paths.ts';
import { analyticsRoutes } from './routes/analytics.ts';
import { commitRoutes } from './routes/commits.ts';
import { packageRoutes } from './routes/packages.ts';
import { previewAddressRoutes } from './routes/preview-addresses.ts';
import { publishCommitRoutes } from './routes/publish-commit.ts';
import { publishRoutes } from './routes/publish.ts';
import { searchRoutes } from './routes/search.ts';
import { tarballRoutes } from './routes/tarball.ts';

export { commitShape, previewShape } from './commit-shapes.ts';
export { createFinder, type FindPackages } from './find-packages.ts';
export type { PantryDoorOptions } from './options.ts';
export { packageMetadata } from './package-shape.ts';
export { publishCommit } from './publish-commit.ts';
export { publishPacked } from './publish-packed.ts';
export { readPublishMetadata } from './publish-metadata.ts';
export { shortSha } from './preview-look.ts';
export { tarballUrl } from './shapes.ts';

const doorRoutes = [
  packageRoutes,
  tarballRoutes,
  searchRoutes,
  publishRoutes,
  publishCommitRoutes,
  commitRoutes,
  previewAddressRoutes,
  analyticsRoutes,
];

/** The protocol of Pantry's registry, onto our npm packages; see COMPAT.md for what of it is here. */
export function pantryDoor(options: PantryDoorOptions): Door {
  return {
    name: 'pantry',
    format: 'npm',
    onto: { registry: 'npm' },
    atRoot: { registry: 'npm', takes: takesAtRoot, nameIn },
    canonicalPath,
    routes: (app: FastifyInstance) => {
      app.setErrorHandler(sendFlatError);
      allowEveryOrigin(app);
      for (const routes of doorRoutes) routes(app, options);
      app.all('/*', () => {
        throw new Fault('not_found', 'Not found');
      });
      return Promise.resolve();
    },
  };
}
