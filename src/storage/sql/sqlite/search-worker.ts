import { workerData } from 'node:worker_threads';
import { serveJobs } from '../../../kernel/index.ts';
import type { SearchQuery } from '../../../registry/index.ts';
import { search } from '../queries/search.ts';
import { sqliteCapabilities } from './capabilities.ts';
import { kyselyOn, openDatabase } from './connection.ts';

const db = kyselyOn(openDatabase((workerData as { path: string }).path, { readOnly: true }));

serveJobs((query: SearchQuery) => search(db, sqliteCapabilities.search, query));
