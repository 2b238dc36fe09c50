import type { FastifyInstance } from 'fastify';
import { Fault } from '../../kernel/index.ts';
import type { Door } from '../context.ts';
import { allowEveryOrigin } from '../cors.ts';
import { canonicalPath, takesAtRoot } from './paths.ts';
import { sendError } from './shapes.ts';

/** The protocol of Pantry's registry, onto our npm packages; see COMPAT.md for what of it is here. */
export function pantryDoor(): Door {
  return {
    name: 'pantry',
    format: 'npm',
    onto: { registry: 'npm', takesAtRoot },
    canonicalPath,
    routes: (app: FastifyInstance) => {
      app.setErrorHandler(sendError);
      allowEveryOrigin(app);
      app.all('/*', () => {
        throw new Fault('not_found', 'Not found');
      });
      return Promise.resolve();
    },
  };
}
