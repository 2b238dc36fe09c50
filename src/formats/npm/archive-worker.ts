import type { MessagePort } from 'node:worker_threads';
import { receiveStream, serveJobs } from '../../kernel/index.ts';
import { readPackageArchive, type PackageArchive } from './archive.ts';

serveJobs((port: MessagePort): Promise<PackageArchive> => readPackageArchive(receiveStream(port)));
