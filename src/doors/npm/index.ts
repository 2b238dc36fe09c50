import type { FastifyInstance } from 'fastify';
import { Fault } from '../../kernel/index.ts';
import type { Door } from '../context.ts';
import { canonicalPath } from './canonical-path.ts';
import type { NpmDoorOptions } from './options.ts';
import { auditRoutes } from './routes/audit.ts';
import { accessRoutes } from './routes/access.ts';
import { accountRoutes } from './routes/accounts.ts';
import { attestationRoutes } from './routes/attestations.ts';
import { distTagRoutes } from './routes/dist-tags.ts';
import { downloadRoutes } from './routes/downloads.ts';
import { keyRoutes } from './routes/keys.ts';
import { organisationRoutes } from './routes/organisations.ts';
import { packumentRoutes } from './routes/packument.ts';
import { profileRoutes } from './routes/profile.ts';
import { publishRoutes } from './routes/publish.ts';
import { revisionRoutes } from './routes/revisions.ts';
import { rootRoutes } from './routes/root.ts';
import { searchRoutes } from './routes/search.ts';
import { secondFactorRoutes } from './routes/second-factor.ts';
import { stageRoutes } from './routes/stages.ts';
import { starRoutes } from './routes/stars.ts';
import { teamRoutes } from './routes/teams.ts';
import { tarballRoutes } from './routes/tarball.ts';
import { tokenRoutes } from './routes/tokens.ts';
import { userDocumentRoutes } from './routes/user-documents.ts';
import { webLoginRoutes } from './routes/web-login.ts';
import { trustRoutes } from './routes/trust.ts';
import { sendError } from './shapes.ts';

export { Documents } from './documents/index.ts';
export type { NpmDoorOptions } from './options.ts';

/** The npm registry protocol; see COMPAT.md for what of it is here. */
export function npmDoor(options: NpmDoorOptions): Door {
  return {
    name: 'npm',
    format: 'npm',
    canonicalPath,
    rootRoutes: rootRoutes(options),
    routes: (app: FastifyInstance) => {
      app.setErrorHandler(sendError);
      for (const routes of [
        packumentRoutes,
        tarballRoutes,
        publishRoutes,
        stageRoutes,
        revisionRoutes,
        accessRoutes,
        organisationRoutes,
        teamRoutes,
        starRoutes,
        userDocumentRoutes,
        distTagRoutes,
        accountRoutes,
        webLoginRoutes,
        secondFactorRoutes,
        tokenRoutes,
        profileRoutes,
        keyRoutes,
        searchRoutes,
        downloadRoutes,
        attestationRoutes,
        auditRoutes,
        trustRoutes,
      ]) {
        routes(app, options);
      }
      app.get('/-/ping', () => ({}));
      app.all('/*', (request) => {
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
