import { serveJobs } from '../../kernel/index.ts';
import type { DocumentOutline, NewIngestedDocument, RemoteRelease } from '../../registry/index.ts';
import { ingest, outlineOf, releaseOf } from './ingest.ts';
import type { IngestTask } from './remote.ts';

serveJobs((task: IngestTask): NewIngestedDocument | Promise<RemoteRelease | undefined> | DocumentOutline => {
  switch (task.kind) {
    case 'ingest':
      return ingest(task.name, task.raw);
    case 'release':
      return releaseOf(task.document, task.file);
    case 'outline':
      return outlineOf(task.body);
  }
});
