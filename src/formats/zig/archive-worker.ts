import { receiveStream, serveJobs } from '../../kernel/index.ts';
import { readPackage } from './archive.ts';
import type { ArchiveTask } from './archive-thread.ts';

serveJobs(({ port, how }: ArchiveTask) => readPackage(receiveStream(port), how));
