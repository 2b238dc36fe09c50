import { previewShape } from '../../doors/pantry/index.ts';
import type { Inventory, ListedPackage, PreviewPage, PreviewRow } from '../../registry/index.ts';
import { packageRecord } from './shapes.ts';

/** Who wrote the file: what another server left there is taken in, and what we wrote is not. */
export const WRITER = 'kontor';

/** Rows of a question. */
const PAGE = 100;

export interface TextParts {
  inventory: Omit<Inventory, 'state'>;
  registryId: number;
  /** As in `PreviewQuery`. */
  goneUntil: number;
  /** Public URL of the server. */
  base: string;
}

/**
 * The file in pieces, a package or a commit a line, with a page of rows in memory at a time. Its shape is that of Pantry's own server:
 * protocols/pantry 8.
 */
export async function* metadataText(parts: TextParts): AsyncGenerator<string> {
  const { base } = parts;
  yield `{"version":1,"writtenBy":"${WRITER}",\n"packages":{`;
  yield* members(packagesOf(parts), (one) => [one.name, packageRecord(one, base)]);
  const records = (rows: PreviewRow[]) => rows.map((row) => previewShape(base, row));
  yield '},\n"commits":{';
  yield* members(grouped(previewsOf(parts, 'commit'), 'sha'), ([sha, rows]) => [sha, records(rows)]);
  yield '},\n"packageCommits":{';
  yield* members(grouped(previewsOf(parts, 'name'), 'name'), ([name, rows]) => [
    name,
    records(rows.toSorted((a, b) => a.publishedAt - b.publishedAt)),
  ]);
  yield '},\n"publisherCommitNames":{},"paywalls":{},"accessGrants":{}}\n';
}

async function* members<T>(
  items: AsyncIterable<T>,
  memberOf: (item: T) => [name: string, value: object],
): AsyncGenerator<string> {
  let separator = '\n';
  for await (const item of items) {
    const [name, value] = memberOf(item);
    yield `${separator}${JSON.stringify(name)}:${JSON.stringify(value)}`;
    separator = ',\n';
  }
}

async function* packagesOf({ inventory, registryId }: TextParts): AsyncGenerator<ListedPackage> {
  let last = '';
  for (;;) {
    const page = await inventory.packages(registryId, last, PAGE);
    yield* page;
    const end = page.at(-1);
    if (end === undefined) return;
    last = end.name;
  }
}

async function* previewsOf(
  { inventory, registryId, goneUntil }: TextParts,
  order: PreviewPage['order'],
): AsyncGenerator<PreviewRow> {
  let after: PreviewRow | undefined;
  do {
    const page = await inventory.previews({ registryId, goneUntil, order, after, limit: PAGE });
    yield* page;
    after = page.at(-1);
  } while (after !== undefined);
}

/** Runs of rows that agree in a field. */
async function* grouped(
  rows: AsyncIterable<PreviewRow>,
  field: 'sha' | 'name',
): AsyncGenerator<[string, PreviewRow[]]> {
  let group: PreviewRow[] = [];
  for await (const row of rows) {
    const [first] = group;
    if (first && first[field] !== row[field]) {
      yield [first[field], group];
      group = [];
    }
    group.push(row);
  }
  const [first] = group;
  if (first) yield [first[field], group];
}
