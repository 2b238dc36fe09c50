import { startWorker, WorkerPool } from '../../../kernel/index.ts';
import type { Catalogue, DocumentSource, RegistryRow } from '../../../registry/index.ts';
import { DocumentCache } from './cache.ts';
import type { Form, ReadyDocument } from './document.ts';
import { buildLocal } from './local.ts';
import { Pages } from './pages.ts';
import type { Rendered, RenderTask } from './render.ts';

export { contentTypes, type Form, type ReadyDocument } from './document.ts';
export { maintainerShape, versionText } from './version-text.ts';

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
    const { document } = source;
    return this.#cache.get(key, `upstream ${document.etag} ${document.fetchedAt}`, async () => {
      const body = await document.load();
      const rendered = await this.#render({ want: 'document', form, body, name, base });
      if (rendered === undefined) throw new Error(`rendering ${name} gave no document`);
      return rendered;
    });
  }

  /** A part of an upstream's document: one version (undefined if it has none) or its tags. */
  async part(task: RenderTask & { want: 'version' | 'tags' }): Promise<ReadyDocument | undefined> {
    return this.#render(task);
  }

  async close(): Promise<void> {
    await this.#workers.close();
  }

  async #render(task: RenderTask): Promise<ReadyDocument | undefined> {
    const rendered = await this.#workers.run(task);
    return rendered === null ? undefined : { etag: rendered.etag, gzip: Buffer.from(rendered.gzip) };
  }
}
