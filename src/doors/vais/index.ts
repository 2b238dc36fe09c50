import type { FastifyInstance } from 'fastify';
import { Fault } from '../../kernel/index.ts';
import type { Door } from '../context.ts';
import { allowOrigins } from '../cors.ts';
import { sendVaisError } from './errors.ts';
import type { VaisDoorOptions } from './options.ts';
import { nameIn, takesAtRoot } from './paths.ts';
import { authRoutes } from './routes/auth.ts';
import { healthRoutes } from './routes/health.ts';
import { indexRoutes } from './routes/index-document.ts';
import { listingRoutes } from './routes/listings.ts';
import { ownerRoutes } from './routes/owners.ts';
import { packageRoutes } from './routes/package.ts';
import { publishRoutes } from './routes/publish.ts';
import { tokenRoutes } from './routes/tokens.ts';
import { userRoutes } from './routes/users.ts';
import { versionRoutes } from './routes/versions.ts';
import { yankRoutes } from './routes/yank.ts';

export { IndexDocuments } from './index-document/index.ts';
export type { VaisDoorOptions } from './options.ts';
export { PackageDocuments } from './package-documents.ts';

/** Routes of this door, each for the base and for `/api/v1` below it: protocols/vais 2. */
const doorRoutes: ((app: FastifyInstance, options: VaisDoorOptions) => void)[] = [
  healthRoutes,
  authRoutes,
  tokenRoutes,
  publishRoutes,
  versionRoutes,
  packageRoutes,
  yankRoutes,
  ownerRoutes,
  indexRoutes,
  listingRoutes,
  userRoutes,
];

/** Vais packages, as the Vais registry serves them; see COMPAT.md for what of it is here. */
export function vaisDoor(options: VaisDoorOptions): Door {
  return {
    name: 'vais',
    format: 'vais',
    atRoot: { registry: 'vais', takes: takesAtRoot, nameIn },
    canonicalPath: (path) => path,
    routes: async (app: FastifyInstance) => {
      app.setErrorHandler(sendVaisError);
      allowOrigins(app, options.corsOrigins, ['npm-otp']);
      for (const prefix of ['/', '/api/v1']) {
        await app.register(
          (scope) => {
            for (const routes of doorRoutes) routes(scope, options);
            return Promise.resolve();
          },
          { prefix },
        );
      }
      app.all('/*', () => {
        throw new Fault('not_found', 'Not found');
      });
    },
  };
}
