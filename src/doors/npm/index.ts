import type { FastifyInstance } from 'fastify';
import { Fault } from '../../kernel/index.ts';
import type { Door } from '../context.ts';
import { canonicalPath } from './canonical-path.ts';
import type { NpmDoorOptions } from './options.ts';
import { accountRoutes } from './routes/accounts.ts';
import { distTagRoutes } from './routes/dist-tags.ts';
import { keyRoutes } from './routes/keys.ts';
import { packumentRoutes } from './routes/packument.ts';
import { publishRoutes } from './routes/publish.ts';
import { tarballRoutes } from './routes/tarball.ts';
import { sendError } from './shapes.ts';

export { Documents } from './documents/index.ts';
export type { NpmDoorOptions } from './options.ts';

/** The npm registry protocol; see COMPAT.md for what of it is here. */
export function npmDoor(options: NpmDoorOptions): Door {
  return {
    format: 'npm',
    canonicalPath,
    routes: (app: FastifyInstance) => {
      app.setErrorHandler(sendError);
      for (const routes of [
        packumentRoutes,
        tarballRoutes,
        publishRoutes,
        distTagRoutes,
        accountRoutes,
        keyRoutes,
      ]) {
        routes(app, options);
      }
      app.get('/-/ping', () => ({}));
      app.all('/*', (request) => {
        // To npm unpublish a 404 means that it is done.
        if (request.originalUrl.includes('/-rev/')) {
          throw new Fault(
            'method_not_allowed',
            'This registry does not unpublish or change owners yet: nothing was changed.',
          );
        }
        throw new Fault(
          'not_found',
          `Not found: this registry has no ${request.method} ${pathOf(request.originalUrl)}`,
        );
      });
      return Promise.resolve();
    },
  };
}

function pathOf(url: string): string {
  return url.replace(/\?.*/s, '').slice(0, 200);
}
