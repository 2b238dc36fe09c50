import { workerData } from 'node:worker_threads';
import { serveJobs } from '../../../kernel/threads/index.ts';
import { searcherOn } from '../searcher.ts';
import { sqliteCapabilities } from './capabilities.ts';
import { kyselyOn, openDatabase } from './connection.ts';
import type { Question } from './searcher.ts';

const db = kyselyOn(openDatabase((workerData as { path: string }).path, { readOnly: true }));
const searcher = searcherOn(db, sqliteCapabilities.search);

serveJobs((question: Question) => {
  switch (question.kind) {
    case 'top':
      return searcher.top(question.query);
    case 'listed':
      return searcher.listed(question.query);
    case 'categories':
      return searcher.categories(question.query);
    case 'search':
      return searcher.search(question.query);
  }
});
