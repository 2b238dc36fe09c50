import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { isFault } from '../kernel/index.ts';
import { verifyChain, type AuditStore, type EventStore } from '../ledger/index.ts';
import type { BlobRow, ListedBlob, Blobs, Catalogue } from './ports/index.ts';
import type { PreviewStore } from './previews/index.ts';

export interface VerifyOptions {
  catalogue: Pick<Catalogue, 'blobs' | 'knownKeys' | 'danglingReferences'>;
  blobs: Pick<Blobs, 'open' | 'list'>;
  /** Left out: those that `catalogue.knownKeys` knows are no orphans, and nothing else is looked at. */
  previews?: { store: Pick<PreviewStore, 'blobs'>; goneUntil: number };
  /** Left out: the events are not looked at. */
  chain?: { events: Pick<EventStore, 'sealed' | 'unsealed'>; audit: Pick<AuditStore, 'head' | 'segments'> };
}

export interface VerifyReport {
  /** Blob rows compared with their objects. */
  blobs: number;
  /** Bytes read for that. */
  bytes: number;
  /** Those of them that packages have which are owned here. */
  owned: { blobs: number; bytes: number };
  /** Those that only upstreams' packages have, which can be pulled again. */
  cached: { blobs: number; bytes: number };
  /** Those that previews of commits have. */
  previews: { blobs: number; bytes: number };
  /** Sealed events checked. */
  events: number;
  /** Events that still wait for their place in the chain. */
  unsealed: number;
  /** Objects that no row names: remains of crashes and uploads under way, which the sweeper sees to. No problem. */
  orphans: number;
  /** Sentences that name what is wrong and where; empty is clean. */
  problems: string[];
}

const PAGE = 500;
/** Objects read at once. */
const READERS = 2;
/** A broken disk must not fill the memory with sentences. */
const MOST_PROBLEMS = 1000;

/**
 * Compares all that is stored with what the rows say: every blob's size and SHA-256, references, the chain of events.
 * Changes nothing and may run beside a server. Rejects only if the catalogue or the events cannot be read.
 */
export async function verify({ catalogue, blobs, previews, chain }: VerifyOptions): Promise<VerifyReport> {
  const report: VerifyReport = {
    blobs: 0,
    bytes: 0,
    owned: { blobs: 0, bytes: 0 },
    cached: { blobs: 0, bytes: 0 },
    previews: { blobs: 0, bytes: 0 },
    events: 0,
    unsealed: 0,
    orphans: 0,
    problems: [],
  };
  let unlisted = 0;
  const problem = (sentence: string) => {
    if (report.problems.length < MOST_PROBLEMS) report.problems.push(sentence);
    else unlisted += 1;
  };
  await verifyBlobs(blobRows(catalogue), { catalogue, blobs }, report, problem);
  if (previews) await verifyBlobs(previewRows(previews), { catalogue, blobs }, report, problem);
  for (const sentence of await catalogue.danglingReferences()) problem(sentence);
  report.orphans = await countOrphans(catalogue, blobs);
  if (chain) {
    const { events, unsealed, problems } = await verifyChain(chain.events, chain.audit);
    Object.assign(report, { events, unsealed });
    problems.forEach(problem);
  }
  if (unlisted > 0) report.problems.push(`${unlisted} further problems are not listed.`);
  return report;
}

/** Whose a blob is, as the report has it. */
type Part = 'owned' | 'cached' | 'previews';

async function verifyBlobs(
  rows: AsyncGenerator<BlobRow & { part: Part }>,
  { catalogue, blobs }: Pick<VerifyOptions, 'catalogue' | 'blobs'>,
  report: VerifyReport,
  problem: (sentence: string) => void,
): Promise<void> {
  const reader = async () => {
    // Two loops over one generator: each takes the next row when it is free.
    for await (const row of rows) {
      const found = await readBlob(blobs, row);
      for (const part of [report, report[row.part]]) {
        part.blobs += 1;
        part.bytes += found.size;
      }
      // Rows come by the page, and the bytes of a preview go as soon as it is replaced or over.
      const isGone = found.fault !== undefined && !(await catalogue.knownKeys([row.key])).has(row.key);
      if (found.fault !== undefined && !isGone) problem(found.fault);
    }
  };
  await Promise.all(Array.from({ length: READERS }, reader));
}

async function* blobRows(catalogue: VerifyOptions['catalogue']): AsyncGenerator<BlobRow & { part: Part }> {
  const page = (after: string): Promise<ListedBlob[]> => catalogue.blobs(after, PAGE);
  for await (const { owned, ...row } of paged(page)) yield { ...row, part: owned ? 'owned' : 'cached' };
}

async function* previewRows({
  store,
  goneUntil,
}: NonNullable<VerifyOptions['previews']>): AsyncGenerator<BlobRow & { part: Part }> {
  const page = (afterKey: string) => store.blobs({ goneUntil, afterKey, limit: PAGE });
  for await (const row of paged(page)) yield { ...row, part: 'previews' };
}

async function* paged<R extends BlobRow>(page: (after: string) => Promise<R[]>): AsyncGenerator<R> {
  for (let after = ''; ;) {
    const rows = await page(after);
    yield* rows;
    const last = rows.at(-1);
    if (!last) return;
    after = last.key;
  }
}

async function readBlob(
  blobs: VerifyOptions['blobs'],
  row: BlobRow,
): Promise<{ size: number; fault: string | undefined }> {
  const hash = createHash('sha256');
  let size = 0;
  try {
    const chunks: AsyncIterable<Buffer> = await blobs.open(row.key);
    for await (const chunk of chunks) {
      hash.update(chunk);
      size += chunk.length;
    }
  } catch (error) {
    const reason = isFault(error, 'not_found') ? 'is missing' : `cannot be read (${String(error)})`;
    return { size, fault: `Blob ${row.key} ${reason}.` };
  }
  if (size !== row.size) return { size, fault: `Blob ${row.key} has ${size} bytes instead of ${row.size}.` };
  const sha256 = hash.digest('hex');
  const fault =
    sha256 === row.sha256 ? undefined : `Blob ${row.key} has SHA-256 ${sha256} instead of ${row.sha256}.`;
  return { size, fault };
}

async function countOrphans(
  catalogue: VerifyOptions['catalogue'],
  blobs: VerifyOptions['blobs'],
): Promise<number> {
  let orphans = 0;
  let keys: string[] = [];
  const count = async () => {
    orphans += keys.length - (await catalogue.knownKeys(keys)).size;
    keys = [];
    await nextTurn();
  };
  for await (const { key } of blobs.list()) {
    if (keys.push(key) === PAGE) await count();
  }
  if (keys.length > 0) await count();
  return orphans;
}
