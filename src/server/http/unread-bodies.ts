import type { FastifyInstance } from 'fastify';

/** How long a client may go on with a body that nobody reads, milliseconds. */
const PATIENCE = 5_000;

/**
 * A refusal may go out before its request has come in. To close then would reset the connection under the answer (RFC
 * 9112 section 9.6), and to read no further would keep it open for as long as the client tries to send. So the rest is
 * read and thrown away, but not for ever.
 */
export function drainUnreadBodies(app: FastifyInstance): void {
  app.addHook('onResponse', ({ raw: body }, _reply, done) => {
    done();
    const { socket } = body;
    if (body.complete || socket.destroyed) return;
    const timer = setTimeout(() => socket.destroy(), PATIENCE);
    const rest = () => clearTimeout(timer);
    socket.once('close', rest);
    body.once('end', rest);
    body.resume();
  });
}
