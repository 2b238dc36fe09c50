import type { FastifyPluginAsync } from 'fastify';
import { exchangeIdentity } from '../identity-exchange.ts';
import type { NpmDoorOptions } from '../options.ts';
import { sendError } from '../shapes.ts';

/** What npm asks at the root of the server whatever the registry's path is: it builds this URL with a leading slash. */
export function rootRoutes(options: NpmDoorOptions): FastifyPluginAsync {
  return (app) => {
    app.setErrorHandler(sendError);
    app.post(
      '/-/npm/v1/oidc/token/exchange/package/:name',
      { config: { audit: 'machine.token' } },
      (request, reply) => exchangeIdentity(options, request, reply, null),
    );
    return Promise.resolve();
  };
}
