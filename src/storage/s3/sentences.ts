import { Fault } from '../../kernel/index.ts';
import { isForeign, readError, storageFault, type StoreError } from './errors.ts';
import type { S3Options } from './options.ts';

type Where = Pick<S3Options, 'bucket' | 'endpoint' | 'region'>;

/** What S3's codes mean for an operator: what is wrong, and what to do. `what` is what was tried. */
const SENTENCES: Readonly<Record<string, (where: Where, error: StoreError, what: string) => string>> = {
  InvalidAccessKeyId: () =>
    'it does not know the access key: set KONTOR_S3_ACCESS_KEY_ID (or AWS_ACCESS_KEY_ID) to one that it has',
  SignatureDoesNotMatch: () =>
    'the secret does not belong to the access key: set KONTOR_S3_SECRET_ACCESS_KEY (or AWS_SECRET_ACCESS_KEY) to the right one',
  ExpiredToken: () => 'the session token has expired: set AWS_SESSION_TOKEN and its keys anew',
  InvalidToken: () =>
    'the session token is not valid: set AWS_SESSION_TOKEN to the one that came with the keys, or unset it',
  RequestTimeTooSkewed: () => 'the clock of this machine is wrong: set it right',
  CredentialsProviderError: () =>
    'no keys are set, and this machine has none of its own: set KONTOR_S3_ACCESS_KEY_ID and KONTOR_S3_SECRET_ACCESS_KEY',
  BucketAlreadyExists: ({ bucket }) => `the bucket ${bucket} belongs to somebody else: choose another name`,
  InvalidBucketName: ({ bucket }) =>
    `${bucket} is no name for a bucket: write 3 to 63 lower-case letters, digits, dots and hyphens`,
  AccessDenied: (_, __, what) =>
    `the key may not ${what}: give it the rights of docs/storage.md, or choose a bucket of your own`,
};

/** The start cannot go on: a sentence for the operator about why the store did not do what was asked. */
export function startFault(error: unknown, where: Where, what: string): unknown {
  if (error instanceof Fault || error instanceof TypeError) return error;
  const read = readError(error);
  return new Fault('config_invalid', `${nameOf(where)} cannot be used: ${reason(read, where, what)}.`, {
    cause: new Error(`S3: ${read.code}: ${read.message}`),
  });
}

/** As `startFault`, for a program that works with a bucket of its own: Fault `unavailable`. */
export function useFault(error: unknown, where: Where): unknown {
  const fault = storageFault(error);
  if (!(fault instanceof Fault) || fault.code !== 'unavailable' || error instanceof Fault) return fault;
  const sentence = `${nameOf(where)} cannot be used: ${reason(readError(error), where, 'do that')}.`;
  return new Fault('unavailable', sentence, { cause: fault.cause });
}

/** `The bucket packages at http://127.0.0.1:9000` */
export function nameOf({ bucket, endpoint, region }: Where): string {
  return `The bucket ${bucket} at ${endpoint ?? `Amazon S3 in ${region}`}`;
}

function reason(error: StoreError, where: Where, what: string): string {
  const { code, status, message, region } = error;
  const sentence = SENTENCES[code]?.(where, error, what);
  if (sentence !== undefined) return sentence;
  if (region !== undefined && region !== where.region) {
    return `it lies in the region ${region}: set KONTOR_S3_REGION to that`;
  }
  if (isForeign(error)) {
    return `what answers there (${status}) does not speak S3: set KONTOR_S3_ENDPOINT to a store that does`;
  }
  if (status === undefined) {
    return `nothing there answers (${message || code}): start the store, or set KONTOR_S3_ENDPOINT to where it is`;
  }
  if (status === 403) return SENTENCES['AccessDenied']?.(where, error, what) ?? code;
  return `it answered ${status} ${code} when asked to ${what}: ${message.replace(/\.$/, '')}`;
}
