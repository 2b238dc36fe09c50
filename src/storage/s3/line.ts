import type * as sdk from '@aws-sdk/client-s3';
import type { S3Connection } from './options.ts';
import { storageFault } from './errors.ts';

export type Sdk = typeof sdk;

/** Milliseconds without any progress after which the store counts as down. */
const PATIENCE = 15_000;
const CONNECT = 5_000;
/** Each download holds one; as many as clients a replica serves at once. What is no download has its own. */
const CONNECTIONS = 1_000;

/** What a request is sent with. */
export interface Sending {
  abortSignal: AbortSignal;
}

/** The way to a store that speaks S3: a client of it whose requests end, whatever the store does. */
export interface Line {
  sdk: Sdk;
  client: sdk.S3Client;
  /** For objects' bytes, whose readers may be slow: they take connections from each other and from nobody else. */
  reader: sdk.S3Client;
  patience: number;
  /**
   * Runs one or more requests. Nothing within `patience` milliseconds (of the line, where not given) since the
   * beginning or the last `progress` breaks them off. Errors come as the SDK's.
   */
  run<T>(work: (sending: Sending, progress: () => void) => Promise<T>, patience?: number): Promise<T>;
  /** As `run`; errors of the store come as Faults. */
  ask<T>(work: (sending: Sending) => Promise<T>): Promise<T>;
}

/** Loads the SDK, which costs some 35 MB and a quarter of a second: nobody who keeps files pays for it. */
export async function openLine(
  connection: S3Connection,
  patience = PATIENCE,
  connections = CONNECTIONS,
): Promise<Line> {
  const loaded = await import('@aws-sdk/client-s3');
  const { region, endpoint, credentials, forcePathStyle } = connection;
  const common = {
    region,
    forcePathStyle,
    ...(endpoint === undefined ? {} : { endpoint }),
    maxAttempts: 3,
    // It would write warnings of its own to the console, about what comes to us as an error anyway.
    logger: { debug: silence, info: silence, warn: silence, error: silence },
    // Stores other than Amazon's do not know the newer checksums; the signature covers the content anyway.
    requestChecksumCalculation: 'WHEN_REQUIRED' as const,
    responseChecksumValidation: 'WHEN_REQUIRED' as const,
    // Waiting for leave to send holds up every upload to a store that never gives it, and takes a new connection.
    expectContinueHeader: false,
    requestHandler: {
      connectionTimeout: Math.min(CONNECT, patience),
      // An idle socket is one whose reader is slow, too: who waits for bytes has a clock of its own.
      socketTimeout: 0,
      httpAgent: { maxSockets: connections },
      httpsAgent: { maxSockets: connections },
    },
  } satisfies sdk.S3ClientConfig;
  const client = new loaded.S3Client({
    ...common,
    ...(credentials === undefined ? {} : { credentials: keysOf(credentials) }),
  });
  // With the keys that the other one has found.
  const reader = new loaded.S3Client({ ...common, credentials: client.config.credentials });
  const run: Line['run'] = async (work, limit = patience) => {
    const ending = new AbortController();
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(new Error(`no answer within ${limit} ms`)), limit);
    try {
      // The SDK looks for keys before it looks at the signal, for as long as it likes.
      return await Promise.race([work({ abortSignal: ending.signal }, () => timer.refresh()), late]);
    } catch (error) {
      ending.abort();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  };
  return {
    sdk: loaded,
    client,
    reader,
    patience,
    run,
    ask: async (work) => {
      try {
        return await run(work);
      } catch (error) {
        throw storageFault(error);
      }
    },
  };
}

function silence(): void {}

function keysOf({ accessKeyId, secretAccessKey, sessionToken }: NonNullable<S3Connection['credentials']>) {
  return {
    accessKeyId,
    secretAccessKey,
    ...(sessionToken === undefined ? {} : { sessionToken }),
  };
}
