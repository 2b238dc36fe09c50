import { receiveStream, serveJobs } from '../../kernel/index.ts';
import { readPackage, type RootsDiffer, type ZigPackage } from './archive.ts';
import type { ArchiveTask } from './archive-thread.ts';

serveJobs(({ port, strip }: ArchiveTask): Promise<ZigPackage | RootsDiffer> =>
  readPackage(receiveStream(port), strip),
);
