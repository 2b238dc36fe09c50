import Fastify, { type FastifyInstance } from 'fastify';

/**
 * The OpenAPI document of the API as JSON text, made from the very routes that are served. The library that reads them is
 * loaded when somebody asks.
 */
export async function describeApi(
  routes: (app: FastifyInstance) => Promise<void>,
  { prefix, version }: { prefix: string; version: string },
): Promise<string> {
  const { default: swagger } = await import('@fastify/swagger');
  const app = Fastify();
  app.decorateRequest('asker');
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Kontor', description: 'The first-party API of a Kontor server.', version },
      components: {
        securitySchemes: { bearer: { type: 'http', scheme: 'bearer', description: 'A token or a session.' } },
      },
    },
    transform: ({ schema, url, route }) => ({
      url,
      schema: {
        ...schema,
        ...(route.config?.access !== 'anyone' && { security: [{ bearer: [] }] }),
        description: [schema.description, rule(route.config?.access)].filter(Boolean).join(' '),
      },
    }),
  });
  await app.register(routes, { prefix });
  await app.ready();
  const text = `${JSON.stringify(app.swagger(), null, 2)}\n`;
  await app.close();
  return text;
}

function rule(access: string | undefined): string {
  if (access === 'administrator') return 'For administrators.';
  return access === 'user' ? 'For signed-in users.' : 'For anyone.';
}
