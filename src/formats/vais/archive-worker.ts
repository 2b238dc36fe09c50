import type { MessagePort } from 'node:worker_threads';
import { receiveStream, serveJobs } from '../../kernel/index.ts';
import { readVaisArchive, type VaisArchive } from './archive.ts';

serveJobs((port: MessagePort): Promise<VaisArchive> => readVaisArchive(receiveStream(port)));
