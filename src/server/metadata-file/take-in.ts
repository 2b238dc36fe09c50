import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { actingAs, type User } from '../../accounts/index.ts';
import { maintainerShape, signedPublication } from '../../doors/index.ts';
import { readPackedRelease, readPreviewArchive, readVersion } from '../../formats/npm/index.ts';
import { Fault, isFault, type Clock, type Digests } from '../../kernel/index.ts';
import {
  Previews,
  takeInVersion,
  type Blobs,
  type Catalogue,
  type PreviewParts,
  type RegistryRow,
  type Signer,
  type StagedBlob,
} from '../../registry/index.ts';
import { commitPath, openFile, versionPath } from './places.ts';
import { readMetadata, type TakenCommit, type TakenVersion } from './read.ts';

/** Bytes of a file that are read at most: all of it lies in memory. */
const MOST_BYTES = 256 * 1024 * 1024;

export interface TakeInParts {
  catalogue: Catalogue;
  blobs: Blobs;
  signer: Signer;
  previews: PreviewParts;
  registry: RegistryRow;
  /** Whose everything is to be. */
  owner: User;
  /** Folder of the archives. */
  storage: string;
  clock: Clock;
}

export interface TakenIn {
  versions: number;
  commits: number;
  /** Packages and versions that were here before. */
  known: number;
  /** What was not taken in, and why, in sentences. */
  refused: string[];
}

/**
 * Takes in what the metadata.json of another server tells of, as far as its archives are there. What is here is passed over, so that a
 * second run, also after one that ended early, takes nothing twice. Rejects for what the next run may get over, such as a full disk.
 */
export async function takeIn(file: string, parts: TakeInParts): Promise<TakenIn> {
  const done: TakenIn = { versions: 0, commits: 0, known: 0, refused: [] };
  const { size } = await stat(file);
  if (size > MOST_BYTES) {
    done.refused.push(
      `it has ${size} bytes, and at most ${MOST_BYTES} are read: split it, and start once with each part`,
    );
    return done;
  }
  const taken = readMetadata(await readFile(file, 'utf8'));
  if (taken === undefined) {
    done.refused.push('it is no metadata.json of Pantry: it cannot be read');
    return done;
  }
  done.refused.push(...taken.unread.map((name) => `${name} is not described as packages are`));
  for (const version of taken.versions) {
    await attempt(done, 'versions', `${version.name}@${version.version}`, () => takeVersion(parts, version));
  }
  for (const commit of taken.commits) {
    await attempt(done, 'commits', `${commit.name} of commit ${commit.sha}`, () => takeCommit(parts, commit));
  }
  return done;
}

/** Counts what `work` did: false means that it was here before. */
async function attempt(
  done: TakenIn,
  kind: 'versions' | 'commits',
  what: string,
  work: () => Promise<boolean>,
): Promise<void> {
  try {
    if (await work()) done[kind] += 1;
    else done.known += 1;
  } catch (error) {
    if (!isFault(error) || error.status >= 500) throw error;
    done.refused.push(`${what}: ${error.message}`);
  }
}

async function takeVersion(parts: TakeInParts, taken: TakenVersion): Promise<boolean> {
  const { catalogue, registry, signer, owner } = parts;
  const { name, version, description, publishedAt } = taken;
  const { versionKey } = readVersion(version);
  const head = await catalogue.findPackage(registry.id, name);
  if (head && (await catalogue.hasVersion(head.id, versionKey))) return false;
  const { staged, digests } = await stage(parts, versionPath(name, version), taken.sha256);
  try {
    const release = await readPackedRelease(
      { name, version, tags: [], description },
      { digests, open: () => staged.open() },
    );
    const publisher = maintainerShape(owner);
    const signed = await signedPublication(signer, release, { staged, digests, publisher });
    await takeInVersion(
      parts,
      registry,
      { ...signed, raisesDefault: true },
      { owner, isNew: head === undefined, publishedAt },
    );
    return true;
  } finally {
    await staged.discard();
  }
}

async function takeCommit(parts: TakeInParts, taken: TakenCommit): Promise<boolean> {
  const { registry, owner, clock } = parts;
  const { name, sha, repository, packageDir } = taken;
  const { life, store } = parts.previews;
  const now = clock();
  const at = Math.min(taken.publishedAt ?? now, now);
  if (life !== undefined && at <= now - life) throw new Fault('gone', 'its time is over');
  const [known] = await store.ofPackage({
    registryId: registry.id,
    goneUntil: -1,
    name,
    beginning: sha.toLowerCase(),
    sight: 'all',
    limit: 1,
  });
  if (known?.sha === sha.toLowerCase()) return false;
  const { staged, digests } = await stage(parts, commitPath(sha, name), taken.sha256);
  try {
    const { version = taken.version, restricted } = await readPreviewArchive(staged.open(), name);
    // With the clock at the time when it was published, from which its life counts.
    const previews = new Previews({ ...parts.previews, clock: () => at });
    await previews.publish(registry, actingAs(owner, 'import'), {
      sha,
      repository,
      packages: [{ name, version, packageDir, restricted, digests, staged }],
    });
    return true;
  } finally {
    await staged.discard();
  }
}

/** The archive at a path of the storage, staged. Faults if it is not there, or not what was recorded. */
async function stage(
  { blobs, storage }: TakeInParts,
  path: string | undefined,
  sha256: string | undefined,
): Promise<{ staged: StagedBlob; digests: Digests }> {
  const source = path === undefined ? undefined : await openFile(join(storage, path));
  if (source === undefined) {
    throw new Fault('not_found', path === undefined ? 'its name has no archive' : `there is no ${path}`);
  }
  const staged = await blobs.stage();
  try {
    const digests = await copy(source, staged);
    if (sha256 === undefined || sha256 === digests.sha256) return { staged, digests };
    throw new Fault('digest_mismatch', `${path} has not the bytes that were recorded`);
  } catch (error) {
    await staged.discard();
    throw error;
  }
}

async function copy(source: Readable, staged: StagedBlob): Promise<Digests> {
  for await (const chunk of source as AsyncIterable<Buffer>) await staged.write(chunk);
  return staged.finish();
}
