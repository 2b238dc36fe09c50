import type { MessagePort } from 'node:worker_threads';
import { receiveStream, serveJobs } from '../../kernel/index.ts';
import { readVaisUpload, type VaisUpload } from './upload.ts';

serveJobs((port: MessagePort): Promise<VaisUpload> => readVaisUpload(receiveStream(port)));
