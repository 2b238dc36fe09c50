import { Fault, isFault, ownsMemory, startWorker, WorkerPool } from '../../kernel/index.ts';
import type {
  DocumentOutline,
  IngestedDocument,
  NewIngestedDocument,
  RawDocument,
  RemoteFormat,
  RemoteRelease,
} from '../../registry/index.ts';
import { locate } from './artifact-index.ts';

/** What the worker can do. */
export type IngestTask =
  | { kind: 'ingest'; name: string; raw: RawDocument }
  | { kind: 'release'; document: IngestedDocument; file: string }
  | { kind: 'outline'; body: Uint8Array };

/** Document reading is a matter of moments, and two threads already keep two cores busy. */
const WORKERS = 2;

/** A document of 256 MiB, our limit, needs several times its size as objects. */
const WORKER_MEMORY_MB = 1536;

export interface NpmRemote extends RemoteFormat {
  /** Stops the workers; tasks under way are rejected. */
  close(): Promise<void>;
}

/**
 * How an upstream npm registry is asked. Full packuments are asked for, since only they have `time`. The largest ones
 * have tens of megabytes, so they are read in worker threads.
 */
export function createNpmRemote(): NpmRemote {
  const pool = new WorkerPool<IngestTask, NewIngestedDocument | RemoteRelease | DocumentOutline | undefined>(
    () =>
      startWorker(new URL('./ingest-worker.ts', import.meta.url), {
        resourceLimits: { maxOldGenerationSizeMb: WORKER_MEMORY_MB },
      }),
    WORKERS,
  );
  return {
    accept: 'application/json',
    documentPath: (name) =>
      name
        .split('/')
        .map((part) => encodeURIComponent(part).replace('%40', '@'))
        .join('%2f'),
    async ingest(name, raw) {
      const result = await pool
        .run({ kind: 'ingest', name, raw }, ownsMemory(raw.bytes) ? [raw.bytes.buffer] : [])
        .catch(tooMuch);
      return result as NewIngestedDocument;
    },
    locate,
    async release({ body, index }, file) {
      // Only what is needed is copied: the caller's document may be shared and hold more.
      const result = await pool.run({ kind: 'release', document: { body, index }, file }).catch(tooMuch);
      return result as RemoteRelease | undefined;
    },
    async outline(body) {
      return (await pool.run({ kind: 'outline', body }).catch(tooMuch)) as DocumentOutline;
    },
    close: () => pool.close(),
  };
}

/** A worker that dies of a document, or cannot hold it, says as much of the upstream as one that refuses it. */
function tooMuch(error: unknown): never {
  if (isFault(error) && error.code !== 'internal') throw error;
  throw new Fault('upstream_down', 'A document of the upstream registry is too complex to be read.', {
    cause: error,
  });
}
