import type { FastifyInstance } from 'fastify';
import type { VaisDoorOptions } from '../options.ts';

/** Says that the registry is there: protocols/vais 2. Also at its own path, for whoever watches knows no more than that. */
export function healthRoutes(app: FastifyInstance, { version }: VaisDoorOptions): void {
  app.get('/health', { config: { limit: 'none' } }, () => ({ status: 'ok', version }));
}
