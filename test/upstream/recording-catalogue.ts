import { Fault } from '../../src/kernel/index.ts';
import type { Catalogue, PublishCommand, PublishOutcome, StoredArtifact } from '../../src/registry/index.ts';

export interface RecordingCatalogue {
  catalogue: Catalogue;
  /** What was published, in order. */
  published: PublishCommand[];
  /** Outcomes to give, without publishing, before it behaves. */
  outcomes: PublishOutcome[];
}

/** As much of a catalogue as pull-through uses, in memory; the rest of it must not be called. */
export function recordingCatalogue(): RecordingCatalogue {
  const published: PublishCommand[] = [];
  const outcomes: PublishOutcome[] = [];
  const stored: (StoredArtifact & { registryId: number; name: string })[] = [];
  const used: Pick<Catalogue, 'findBlob' | 'findArtifact' | 'publish'> = {
    async findBlob(sha256) {
      return stored.find((artifact) => artifact.sha256 === sha256);
    },
    async findArtifact(registryId, name, file) {
      return stored.find((row) => row.registryId === registryId && row.name === name && row.file === file);
    },
    async publish(command) {
      const planned = outcomes.shift();
      if (planned) return planned;
      const { registryId, name, version } = command;
      const taken = stored.some(
        (row) => row.registryId === registryId && row.name === name && row.version === version,
      );
      if (taken) throw new Fault('version_exists', `${name}@${version} exists.`);
      for (const artifact of command.artifacts) {
        const key = artifact.key ?? stored.find(({ sha256 }) => sha256 === artifact.sha256)?.key;
        if (key === undefined) return { outcome: 'blob-gone', sha256: artifact.sha256 };
        stored.push({
          ...artifact,
          registryId,
          name,
          version,
          key,
          packageId: 1,
          revision: 1,
          policyRevision: 0,
          origin: command.origin,
          upstreamTime: command.upstreamTime,
          upstream: command.upstream ?? null,
          vanishedAt: null,
          versionId: stored.length + 1,
          visibility: 'public',
        });
      }
      published.push(command);
      return { outcome: 'published', packageId: 1, revision: published.length, unusedKeys: [] };
    },
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a call of anything else fails the test
  return { catalogue: used as Catalogue, published, outcomes };
}
