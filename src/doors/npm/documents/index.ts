import { startWorker, WorkerPool } from '../../../kernel/index.ts';
import type { Catalogue, DocumentSource, RegistryRow } from '../../../registry/index.ts';
import { DocumentCache } from './cache.ts';
import type { Form, ReadyDocument } from './document.ts';
import { buildLocal } from './local.ts';
import { Pages } from './pages.ts';
import { keptVersion } from './kept.ts';
import type { Rendered, RenderTask, Want } from './render.ts';

export { contentTypes, type Form, type ReadyDocument } from './document.ts';
export { maintainerShape, versionText } from './version-text.ts';

type UpstreamSource = DocumentSource & { origin: 'upstream' };

/** Documents ready to be sent, made once for each state of their source, form and base URL. */
export class Documents {
  readonly #catalogue: Catalogue;
  readonly #pages: Pages;
  readonly #cache = new DocumentCache();
  readonly #workers = new WorkerPool<RenderTask, Rendered>(
    () => startWorker(new URL('./render-worker.ts', import.meta.url)),
    2,
  );

  constructor(catalogue: Catalogue) {
    this.#catalogue = catalogue;
    this.#pages = new Pages(catalogue);
  }

  packument(
    registry: RegistryRow,
    name: string,
    source: DocumentSource,
    form: Form,
    base: string,
  ): Promise<ReadyDocument> {
    // No part but the last can hold a space.
    const key = `${registry.id} ${form} ${name} ${base}`;
    if (source.origin === 'local') {
      const { head } = source;
      return this.#cache.get(key, `local ${head.id} ${head.revision}`, () =>
        buildLocal(this.#catalogue, this.#pages, head, form, base),
      );
    }
    const { document, head, keeps } = source;
    const state = `upstream ${document.etag} ${document.fetchedAt} ${keeps ? head?.history : ''}`;
    return this.#cache.get(key, state, async () => {
      const rendered = await this.part(name, source, { want: 'document', form }, base);
      if (rendered === undefined) throw new Error(`rendering ${name} gave no document`);
      return rendered;
    });
  }

  /** Something of an upstream's document: undefined if it has no such version. */
  async part(
    name: string,
    { document, head, keeps }: UpstreamSource,
    want: Want,
    base: string,
  ): Promise<ReadyDocument | undefined> {
    const [body, kept] = await Promise.all([
      document.load(),
      keeps && head ? this.#catalogue.vanished(head.id) : [],
    ]);
    const task = { ...want, body, kept: kept.map((row) => keptVersion(row, name)), name, base };
    const rendered = await this.#workers.run(task);
    return rendered === null ? undefined : { etag: rendered.etag, gzip: Buffer.from(rendered.gzip) };
  }

  async close(): Promise<void> {
    await this.#workers.close();
  }
}
