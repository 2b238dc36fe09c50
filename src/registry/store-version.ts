import { randomBytes } from 'node:crypto';
import { Fault, isFault } from '../kernel/index.ts';
import { blobKey } from './keys.ts';
import type {
  ArtifactRow,
  Blobs,
  Catalogue,
  PublishArtifact,
  PublishCommand,
  PublishOutcome,
  StagedBlob,
} from './ports/index.ts';

/** A version that was read and judged, with its bytes staged: all that is left is to make it true. */
export interface VersionUpload extends Omit<PublishCommand, 'artifacts'> {
  /** Name of the registry, for readable keys. */
  registry: string;
  /** What stands for the name in keys, where that would not do: one that no other package of the registry has. */
  keyName?: string;
  /** `key`: where the bytes are to lie, if not where `blobKey` says; no other file has it. */
  artifacts: { row: ArtifactRow; staged: Pick<StagedBlob, 'promote' | 'discard'>; key?: string }[];
}

/** How often a publish may lose its blob to the sweeper before something else must be wrong. */
const TRIES = 5;

/**
 * Makes the bytes durable, then commits the rows that point at them. Refusals come as the catalogue's Faults. The
 * staged bytes are discarded in every case. `publish`: the command that makes it true, if it is not the catalogue's.
 */
export async function storeVersion(
  { catalogue, blobs }: { catalogue: Pick<Catalogue, 'findBlob' | 'publish'>; blobs: Blobs },
  upload: VersionUpload,
  publish = (command: PublishCommand): Promise<PublishOutcome> => catalogue.publish(command),
): Promise<{ packageId: number; revision: number }> {
  const { registry, keyName, artifacts: files, ...rest } = upload;
  const keys = files.map(
    ({ row, key }) => key ?? blobKey(registry, keyName ?? upload.name, upload.version, row.file),
  );
  const artifacts: PublishArtifact[] = files.map(({ row }) => ({ ...row, key: null }));
  try {
    for (const [index, file] of files.entries()) {
      const known = await catalogue.findBlob(file.row.sha256);
      const artifact = artifacts[index];
      if (known === undefined && artifact) {
        artifact.key = await promote(file.staged, keys[index] ?? '');
      }
    }
    for (let tries = 1; tries <= TRIES; tries += 1) {
      const result = await publish({ ...rest, artifacts });
      if (result.outcome === 'published') {
        await removeAll(blobs, result.unusedKeys);
        return { packageId: result.packageId, revision: result.revision };
      }
      for (const [index, artifact] of artifacts.entries()) {
        const staged = files[index]?.staged;
        if (artifact.sha256 !== result.sha256 || staged === undefined) continue;
        if (artifact.key !== null) await blobs.remove(artifact.key);
        artifact.key = await promote(staged, `${keys[index] ?? ''}${suffix()}`);
      }
    }
    throw new Fault(
      'unavailable',
      `${upload.name}@${upload.version} could not be stored just now; publish it again.`,
    );
  } catch (error) {
    // Only a refusal is certain to have committed nothing. After anything else a row may point at the bytes: if none
    // does, the sweeper takes them.
    if (isFault(error) && error.status < 500) {
      await removeAll(
        blobs,
        artifacts.flatMap(({ key }) => key ?? []),
      );
    }
    throw error;
  } finally {
    await Promise.all(files.map(({ staged }) => staged.discard()));
  }
}

/** Promotes under the readable key, or beside it if another upload has been there: keys are never written twice. */
async function promote(staged: Pick<StagedBlob, 'promote'>, key: string): Promise<string> {
  if (await staged.promote(key)) return key;
  return promote(staged, `${key}${suffix()}`);
}

/** `~~` occurs in no encoded name, so a suffixed key can be no other package's readable one. */
function suffix(): string {
  return `~~${randomBytes(6).toString('hex')}`;
}

async function removeAll(blobs: Blobs, keys: string[]): Promise<void> {
  await Promise.all(keys.map((key) => blobs.remove(key)));
}
