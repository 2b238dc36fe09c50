import { Writable, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { OutgoingHttpHeaders } from 'node:http';
import type { FastifyReply } from 'fastify';
import { freeChunk } from '../kernel/index.ts';

/**
 * Sends `source` as the body of the reply, whose status and headers are set, and frees each chunk once it has been sent:
 * memory does not grow with the size. Resolves when all is sent or the client is gone; what goes wrong on the way can
 * only be told by cutting the answer short, and is logged. The chunks must be ours to free.
 */
export async function sendBytes(reply: FastifyReply, source: Readable): Promise<FastifyReply> {
  reply.hijack();
  const { raw } = reply;
  const { socket } = reply.request;
  raw.writeHead(reply.statusCode, reply.getHeaders() as OutgoingHttpHeaders);
  const sink = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      raw.write(chunk, (error) => {
        freeChunk(chunk);
        done(error);
      });
    },
    final: (done) => {
      raw.end(done);
    },
  });
  // Not all that wait in a connection hear of its end.
  const gone = (): void => void sink.destroy();
  socket.once('close', gone);
  try {
    await pipeline(source, sink);
  } catch (error) {
    if (!socket.destroyed) reply.log.error({ err: error, reqId: reply.request.id }, 'an answer broke off');
    raw.destroy();
  } finally {
    socket.off('close', gone);
  }
  return reply;
}
