import { workerData } from 'node:worker_threads';
import { serveJobs } from '../../../kernel/index.ts';
import { searcherOn } from '../searcher.ts';
import { sqliteCapabilities } from './capabilities.ts';
import { kyselyOn, openDatabase } from './connection.ts';
import type { Question } from './searcher.ts';

const db = kyselyOn(openDatabase((workerData as { path: string }).path, { readOnly: true }));
const searcher = searcherOn(db, sqliteCapabilities.search);

serveJobs((question: Question) =>
  question.kind === 'top' ? searcher.top(question.query) : searcher.search(question.query),
);
