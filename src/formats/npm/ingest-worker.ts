import { serveJobs } from '../../kernel/index.ts';
import type { NewIngestedDocument, RemoteRelease } from '../../registry/index.ts';
import { ingest, releaseOf } from './ingest.ts';
import type { IngestTask } from './remote.ts';

serveJobs((task: IngestTask): NewIngestedDocument | Promise<RemoteRelease | undefined> =>
  task.kind === 'ingest' ? ingest(task.name, task.raw) : releaseOf(task.document, task.file),
);
