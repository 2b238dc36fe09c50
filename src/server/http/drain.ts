import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** What is in flight at a stop has this long, milliseconds: Kubernetes kills after 30 s what has not ended. */
const LONGEST_DRAIN = 25_000;
const LOOK_EVERY = 50;

/**
 * Lets a closing server end as soon as its last request has: answers say that their connection closes, and connections
 * that fall idle are closed. Node by itself closes only those that are idle when the stop begins. The others would last
 * until their keep-alive timeout, and one on which nothing was ever sent (browsers open such) for ever.
 */
export function drainOnClose(app: FastifyInstance): void {
  const connections = new Set<Socket>();
  let closing = false;
  app.server.on('connection', (socket: Socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  app.addHook('preClose', (done) => {
    closing = true;
    const look = setInterval(() => {
      app.server.closeIdleConnections();
      for (const socket of connections) if (socket.bytesRead === 0) socket.destroy();
    }, LOOK_EVERY);
    const last = setTimeout(() => app.server.closeAllConnections(), LONGEST_DRAIN);
    app.server.once('close', () => {
      clearInterval(look);
      clearTimeout(last);
    });
    done();
  });
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (closing) reply.header('connection', 'close');
    done(null, payload);
  });
}
