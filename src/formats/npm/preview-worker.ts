import type { MessagePort } from 'node:worker_threads';
import { receiveStream, serveJobs } from '../../kernel/index.ts';
import { readPreviewFacts, type PreviewFacts } from './preview-facts.ts';

serveJobs(({ port, name }: { port: MessagePort; name: string }): Promise<PreviewFacts> =>
  readPreviewFacts(receiveStream(port), name),
);
