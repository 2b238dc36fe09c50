import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { FastifyRequest } from 'fastify';
import { errnoOf, Fault } from '../kernel/index.ts';
import { refuseEncoding } from './body/index.ts';

const SMALL = 64 * 1024;
const unzip = promisify(gunzip);

/** Reads a small JSON body. Faults `too_large`, `json_invalid`, `body_truncated`, `unsupported_media`. */
export async function readJson(request: FastifyRequest, maxBytes = SMALL): Promise<unknown> {
  return parseJson(await readBody(request, maxBytes));
}

/** As `readJson`; undefined if there is no body at all. */
export async function readOptionalJson(request: FastifyRequest): Promise<unknown> {
  const body = await readBody(request, SMALL);
  return body.length === 0 ? undefined : parseJson(body);
}

/** Reads what a form of a web page sends. Faults as `readJson`, less the one on JSON. */
export async function readForm(request: FastifyRequest): Promise<URLSearchParams> {
  const type = request.headers['content-type'] ?? '';
  if (!/^application\/x-www-form-urlencoded *(;|$)/i.test(type)) {
    throw new Fault('unsupported_media', 'Send the form as application/x-www-form-urlencoded.');
  }
  return new URLSearchParams((await readBody(request, SMALL)).toString());
}

/**
 * As `readJson`, of a body that may be compressed with gzip; `maxBytes` are those of either form. `unsupported_media` for any other
 * encoding.
 */
export async function readGzippedJson(request: FastifyRequest, maxBytes: number): Promise<unknown> {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding === 'identity') return parseJson(await readBytes(request, maxBytes));
  if (encoding !== 'gzip' && encoding !== 'x-gzip') {
    throw new Fault('unsupported_media', 'Send the body as it is or with Content-Encoding: gzip.');
  }
  const packed = await readBytes(request, maxBytes);
  const plain = await unzip(packed, { maxOutputLength: maxBytes }).catch((cause: unknown) => {
    if (errnoOf(cause) === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(maxBytes);
    throw new Fault('body_truncated', 'The body is not what gzip makes, or not all of it.', { cause });
  });
  return parseJson(plain);
}

function readBody(request: FastifyRequest, maxBytes: number): Promise<Buffer> {
  refuseEncoding(request);
  return readBytes(request, maxBytes);
}

function tooLarge(maxBytes: number): Fault {
  return new Fault('too_large', `The body may have at most ${maxBytes} bytes here.`);
}

async function readBytes(request: FastifyRequest, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    // To destroy the request would take the connection with it, and the answer.
    const received = request.raw.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
    for await (const chunk of received) {
      size += chunk.length;
      if (size > maxBytes) throw tooLarge(maxBytes);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw new Fault('body_truncated', 'The connection ended before the whole body had come.', {
      cause: error,
    });
  }
  return Buffer.concat(chunks);
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (error) {
    throw new Fault('json_invalid', 'The body is not valid JSON.', { cause: error });
  }
}
