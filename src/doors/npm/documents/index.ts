import { startWorker, WorkerPool, type Clock } from '../../../kernel/index.ts';
import type { GateRules } from '../../../policy/index.ts';
import type { Catalogue, DocumentSource, PackageRow, RegistryRow } from '../../../registry/index.ts';
import { DocumentCache } from './cache.ts';
import { readyOr, type Form, type ReadyDocument, type RefusedDocument } from './document.ts';
import { buildLocal, localTags } from './local.ts';
import { Pages } from './pages.ts';
import { keptVersion } from './kept.ts';
import type { Rendered, RenderTask, Want } from './render.ts';

export { contentTypes, type Form, type ReadyDocument } from './document.ts';
export { versionText } from './version-text.ts';

type UpstreamSource = DocumentSource & { origin: 'upstream' };

/** Documents ready to be sent, made once for each state of their source, form and base URL. */
export class Documents {
  readonly #catalogue: Catalogue;
  readonly #pages: Pages;
  readonly #clock: Clock;
  readonly #cache: DocumentCache;
  readonly #workers = new WorkerPool<RenderTask, Rendered>(
    () => startWorker(new URL('./render-worker.ts', import.meta.url)),
    2,
  );

  constructor(catalogue: Catalogue, clock: Clock) {
    this.#clock = clock;
    this.#cache = new DocumentCache(clock);
    this.#catalogue = catalogue;
    this.#pages = new Pages(catalogue);
  }

  /** Fault `version_hidden` if the gate leaves nothing of it. */
  async packument(
    registry: RegistryRow,
    name: string,
    source: DocumentSource,
    form: Form,
    base: string,
  ): Promise<ReadyDocument> {
    // No part but the last can hold a space.
    const key = `${registry.id} ${form} ${name} ${base}`;
    const { rules } = source;
    if (source.origin === 'local') {
      const { head } = source;
      const state = `local ${head.id} ${head.revision} ${rules.key}`;
      return readyOr(
        await this.#cache.get(key, state, () =>
          buildLocal(this.#catalogue, this.#pages, { head, form, base, rules }),
        ),
      );
    }
    const { document, head, keeps } = source;
    const history = keeps ? head?.history : '';
    const state = `upstream ${document.etag} ${document.fetchedAt} ${history} ${rules.key}`;
    const built = await this.#cache.get(key, state, async () => {
      const rendered = await this.#render(name, source, { want: 'document', form }, base);
      if (rendered === undefined) throw new Error(`rendering ${name} gave no document`);
      return rendered;
    });
    return readyOr(built);
  }

  /** As `localTags`. */
  tags(head: PackageRow, rules: GateRules, base: string): Promise<Record<string, string>> {
    return localTags(this.#catalogue, this.#pages, { head, rules, base });
  }

  /**
   * Something of an upstream's document: undefined if it has no such version. Fault `version_hidden` if the gate hides the version, or
   * all.
   */
  async part(
    name: string,
    source: UpstreamSource,
    want: Want,
    base: string,
  ): Promise<ReadyDocument | undefined> {
    const rendered = await this.#render(name, source, want, base);
    return rendered && readyOr(rendered);
  }

  async close(): Promise<void> {
    await this.#workers.close();
  }

  async #render(
    name: string,
    { document, head, keeps, rules }: UpstreamSource,
    want: Want,
    base: string,
  ): Promise<ReadyDocument | RefusedDocument | undefined> {
    const [body, kept] = await Promise.all([
      document.load(),
      keeps && head ? this.#catalogue.vanished(head.id) : [],
    ]);
    const more = { body, kept: kept.map((row) => keptVersion(row, name)), name, base };
    const rendered = await this.#workers.run({ ...want, ...more, rules, now: this.#clock() });
    if (rendered === null) return undefined;
    return 'refused' in rendered ? rendered : { ...rendered, gzip: Buffer.from(rendered.gzip) };
  }
}
