import { Fault } from '../../kernel/index.ts';

/** What the AWS SDK throws, as far as we read it. */
export interface StoreError {
  /** S3's code, such as `NoSuchKey`, or the name of a JavaScript error. */
  code: string;
  /** HTTP status; undefined: there was no answer. */
  status: number | undefined;
  message: string;
  /** How often the request went out. */
  attempts: number;
  /** The bucket's region, where the store says that the request was for another one. */
  region: string | undefined;
}

/** Reads an error; anything else than one of the SDK's or of the network has no status. */
export function readError(error: unknown): StoreError {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const metadata: Record<string, unknown> = { ...recordIn(error, '$metadata') };
  const { httpStatusCode: status, attempts } = metadata;
  const headers = recordIn(recordIn(error, '$response'), 'headers');
  const region = headers?.['x-amz-bucket-region'] ?? Object(error).Region;
  return {
    code: name,
    status: typeof status === 'number' ? status : undefined,
    message,
    attempts: typeof attempts === 'number' ? attempts : 1,
    region: typeof region === 'string' ? region : undefined,
  };
}

function recordIn(value: unknown, name: string): Record<string, unknown> | undefined {
  const inner: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  return typeof inner === 'object' && inner !== null ? { ...inner } : undefined;
}

/** A 404 that is about something else, or that is not S3's at all. */
const NOT_OF_OBJECTS = new Set(['NoSuchBucket', 'NoSuchUpload', 'Error', 'SyntaxError']);

/** True if there is no such object. HEAD has no body, so its 404 has no code but `NotFound`. */
export function isMissing(error: unknown): boolean {
  const { code, status } = readError(error);
  return status === 404 && !NOT_OF_OBJECTS.has(code);
}

/** True if what answered does not speak S3: the SDK could not read it. */
export function isForeign({ code, message }: StoreError): boolean {
  return (code === 'Error' || code === 'SyntaxError') && message.includes('Deserialization');
}

/** True if a condition of the request did not hold: with `If-None-Match: *`, that the key is free. */
export function isTaken(error: unknown): boolean {
  return readError(error).status === 412;
}

/** True if the request met another one about the same key. */
export function isConflict(error: unknown): boolean {
  return readError(error).status === 409;
}

/** Codes that are about this one request, on its way or beside others, and not about what it asks for. */
const PASSING = new Set([
  'ConditionalRequestConflict',
  'OperationAborted',
  'RequestTimeout',
  'XAmzContentSHA256Mismatch',
  'BadDigest',
  'SlowDown',
  'IncompleteBody',
]);

/** True if the same request may well succeed when it is sent again. */
export function isPassing(error: unknown): boolean {
  const { code, status } = readError(error);
  return status === undefined || status >= 500 || status === 429 || PASSING.has(code);
}

const FULL = new Set(['QuotaExceeded', 'XMinioStorageFull', 'InsufficientCapacity']);

/**
 * What a client is told when the store did not do its part. The cause, for the log, is a line of text: the SDK's errors
 * hold requests with their headers.
 */
export function storageFault(error: unknown): unknown {
  if (error instanceof Fault || error instanceof TypeError || error instanceof RangeError) return error;
  const { code, status, message } = readError(error);
  const cause = new Error(`S3: ${code}${status === undefined ? '' : ` (${status})`}: ${message}`);
  if (FULL.has(code) || status === 507) {
    return new Fault(
      'storage_full',
      'The storage of this server has no room for this file and nothing was stored; ask its operator to make room, then try again.',
      { cause },
    );
  }
  return new Fault(
    'unavailable',
    'The storage of this server does not answer as it should just now; please try again in a moment.',
    { cause, retryAfter: 5 },
  );
}
