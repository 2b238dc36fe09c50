import { readFileSync } from 'node:fs';
import Fastify from 'fastify';

/**
 * The bare handler: the same framework sends the same bytes with the same headers, and does nothing else. What Kontor
 * costs above this is its own.
 */
const [port, file, headers] = process.argv.slice(2);
if (port === undefined || file === undefined || headers === undefined) {
  throw new Error('usage: server.ts PORT FILE HEADERS-AS-JSON');
}
const body = readFileSync(file);
const fixed = JSON.parse(headers) as Record<string, string>;

const app = Fastify();
app.get('/npm/:name', (_request, reply) => reply.headers(fixed).send(body));
app.get('/ready', () => ({ status: 'ready' }));
await app.listen({ host: '127.0.0.1', port: Number(port) });
