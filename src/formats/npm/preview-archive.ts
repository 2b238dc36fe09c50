import type { Readable } from 'node:stream';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { sendStream, startWorker, WorkerPool } from '../../kernel/index.ts';
import type { PreviewFacts } from './preview-facts.ts';
import type { Rewriting } from './rewrite.ts';

/** What the archive of a commit's package tells about it. */
export interface PreviewArchive extends Pick<PreviewFacts, 'version' | 'restricted' | 'unpackedSize'> {
  /** Bytes of package.json. */
  packageJsonSize: number;
  /**
   * What is to be done to the archive so that its dependencies on packages that `urlOf` knows lead to their URLs; undefined if it has
   * none.
   */
  rewriting(urlOf: (name: string) => string | undefined): Rewriting | undefined;
}

/** Not the thread of releases: a commit brings two hundred archives at once. */
const pool = new WorkerPool<{ port: MessagePort; name: string }, PreviewFacts>(
  () =>
    startWorker(new URL('./preview-worker.ts', import.meta.url), {
      resourceLimits: { maxYoungGenerationSizeMb: 2 },
    }),
  1,
);

/**
 * Opens an archive, with limits, in a thread of its own. Faults as `readPackageArchive`, and `manifest_invalid` for a package of another
 * name. `source` is destroyed in every case.
 */
export async function readPreviewArchive(source: Readable, name: string): Promise<PreviewArchive> {
  const { port1, port2 } = new MessageChannel();
  sendStream(source, port1);
  try {
    return archiveOf(await pool.run({ port: port2, name }, [port2]));
  } finally {
    port1.close();
    source.destroy();
  }
}

function archiveOf({ packageJsonAt: place, wanted, ...facts }: PreviewFacts): PreviewArchive {
  return {
    ...facts,
    packageJsonSize: place.size,
    rewriting: (urlOf) => {
      const urls = new Map<string, string>();
      for (const name of wanted.split('\n')) {
        const url = urlOf(name);
        if (url !== undefined) urls.set(name, url);
      }
      return urls.size === 0 ? undefined : { place, change: { urls }, maxBytes: MOST_REWRITTEN };
    },
  };
}

/** Bytes of a tar stream that is compressed anew: tens of megabytes a second. Of packages that have siblings the largest stay far below. */
const MOST_REWRITTEN = 256 * 1024 ** 2;
