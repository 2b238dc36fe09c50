import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FastifyRequest } from 'fastify';
import { Fault } from '../../../kernel/index.ts';
import { refuseEncoding } from '../../body/index.ts';
import { JsonReducer } from './reducer.ts';
import { changeBy } from './wanted.ts';

/** npm sends the whole packument to change one word of it. Bytes. */
export const MAX_CHANGE_BYTES = 64 * 1024 * 1024;
/** What is looked at between two turns of the event loop. Bytes. */
const PIECE = 32 * 1024;

/**
 * Reads the body of a change piece by piece and keeps of it what a change can say (see `changeBy`): deprecation messages,
 * tags, owners and the star of `userName`. The packument around that is passed over.
 */
export class ChangeBody {
  readonly #reducer: JsonReducer;
  #length = 0;

  constructor(userName: string) {
    this.#reducer = new JsonReducer(changeBy(userName));
  }

  /** Faults `json_invalid`, `too_large`. */
  async push(bytes: Buffer): Promise<void> {
    this.#length += bytes.length;
    if (this.#length > MAX_CHANGE_BYTES)
      throw new Fault('too_large', 'The body may have at most 64 MB here.');
    for (let at = 0; at < bytes.length; at += PIECE) {
      if (at > 0) await nextTurn();
      this.#reducer.push(bytes.subarray(at, at + PIECE));
    }
  }

  /** The parts that were kept, an object. Faults `json_invalid`, `body_truncated`. */
  end(): unknown {
    return this.#reducer.end();
  }
}

/** Reads a request whose body can only be a change. */
export async function readChangeBody(request: FastifyRequest, userName: string): Promise<unknown> {
  refuseEncoding(request);
  const body = new ChangeBody(userName);
  try {
    // To destroy the request would take the connection with it, and the answer.
    const received = request.raw.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
    for await (const chunk of received) await body.push(chunk);
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw new Fault('body_truncated', 'The connection ended before the whole body had come.', {
      cause: error,
    });
  }
  return body.end();
}
