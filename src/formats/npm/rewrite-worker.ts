import { finished } from 'node:stream/promises';
import type { MessagePort } from 'node:worker_threads';
import { receiveStream, sendStream, serveJobs } from '../../kernel/index.ts';
import { rewrite, type Rewriting } from './rewrite.ts';

serveJobs(
  async ({
    source,
    sink,
    ...rewriting
  }: Rewriting & { source: MessagePort; sink: MessagePort }): Promise<void> => {
    const out = rewrite(receiveStream(source), rewriting);
    sendStream(out, sink);
    // Its reader hears what went wrong through the port.
    await finished(out).catch(() => undefined);
  },
);
