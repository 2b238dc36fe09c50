import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { Fault, isFault } from '../../kernel/index.ts';

/**
 * The chunks of a body, which nobody has begun to read. One that breaks off, as when the client hangs up, is Fault `body_truncated`.
 * A request stream that is not read to its end stays open for the answer.
 */
export async function* received(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  // Leaving a loop over a stream destroys it, and with the request goes the connection that the refusal needs.
  const chunks = source instanceof Readable ? source.iterator({ destroyOnReturn: false }) : source;
  try {
    yield* chunks as AsyncIterable<Uint8Array>;
  } catch (error) {
    if (isFault(error)) throw error;
    throw new Fault('body_truncated', 'The request body broke off before its end; send all of it.', {
      cause: error,
    });
  }
}

/** Bodies come plain: a compressed one would need limits of its own. Fault `unsupported_media`. */
export function refuseEncoding({ headers }: Pick<IncomingMessage, 'headers'>): void {
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    throw new Fault(
      'unsupported_media',
      `Send the body without Content-Encoding: ${encoding} is not understood here.`,
    );
  }
}
