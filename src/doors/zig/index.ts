import type { FastifyInstance } from 'fastify';
import { Fault } from '../../kernel/index.ts';
import type { Door } from '../context.ts';
import { allowEveryOrigin } from '../cors.ts';
import { sendFlatError } from '../flat-errors.ts';
import type { ZigDoorOptions } from './options.ts';
import { hashRoutes } from './routes/hash.ts';
import { mirrorRoutes } from './routes/mirror.ts';
import { packageRoutes } from './routes/packages.ts';
import { publishRoutes } from './routes/publish.ts';
import { removeRoutes } from './routes/remove.ts';
import { searchRoutes } from './routes/search.ts';
import { tarballRoutes } from './routes/tarball.ts';

export type { ZigDoorOptions } from './options.ts';

/** Zig packages, as Pantry's registry serves them; see COMPAT.md for what of it is here. */
export function zigDoor(options: ZigDoorOptions): Door {
  return {
    name: 'zig',
    format: 'zig',
    canonicalPath: (path) => path,
    routes: (app: FastifyInstance) => {
      app.setErrorHandler(sendFlatError);
      allowEveryOrigin(app);
      for (const routes of [
        packageRoutes,
        tarballRoutes,
        hashRoutes,
        mirrorRoutes,
        searchRoutes,
        publishRoutes,
        removeRoutes,
      ]) {
        routes(app, options);
      }
      app.all('/*', () => {
        throw new Fault('not_found', 'Not found');
      });
      return Promise.resolve();
    },
  };
}
