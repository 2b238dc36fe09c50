import type { Digests } from '../kernel/index.ts';
import type { Actor } from '../ledger/index.ts';
import type {
  Attestation,
  PublishCommand,
  RegistryRow,
  SearchText,
  StagedBlob,
  Visibility,
} from './ports/index.ts';
import type { VersionUpload } from './store-version.ts';

/** A version as a format read it from an upload, with its files staged. */
export interface Publication {
  name: string;
  version: string;
  versionKey: string;
  /** JSON texts; see `VersionRow`. */
  manifest: string;
  summary: string;
  readme: string | null;
  searchText: SearchText;
  deprecated: string | null;
  tags: string[];
  fallbackTag: string | null;
  visibility: Visibility | null;
  attestation: Attestation | null;
  /** As in `PublishCommand`. */
  contentHashes?: string[];
  raisesDefault?: boolean;
  mostSummaries?: number;
  /** `key`: as in `VersionUpload`. */
  artifacts: { file: string; facts: string; digests: Digests; staged: StagedBlob; key?: string }[];
}

/** Who was allowed to bring a version, and what stands behind that. */
export interface Bringer {
  right: Pick<PublishCommand, 'publisherId' | 'trustedPublisherId' | 'overrideOwnership' | 'claimed'>;
  actor: Actor;
  /** What the event tells besides. */
  detail: Record<string, unknown>;
  /** Sentences for them. */
  notices: string[];
}

/** What is to be stored of a publication; `type` is that of its event. */
export function uploadOf(
  registry: RegistryRow,
  { artifacts, ...version }: Publication,
  type: string,
  { right, actor, detail }: Omit<Bringer, 'notices'>,
  at: number,
): VersionUpload {
  return {
    ...version,
    ...right,
    registry: registry.name,
    registryId: registry.id,
    origin: 'local',
    upstreamTime: null,
    at,
    artifacts: artifacts.map(({ file, facts, digests, staged, key }) => ({
      row: { file, facts, ...digests },
      staged,
      ...(key !== undefined && { key }),
    })),
    event: {
      type,
      at,
      actor,
      registry: registry.name,
      package: version.name,
      version: version.version,
      detail: { tags: version.tags, sha256: artifacts.map(({ digests }) => digests.sha256), ...detail },
    },
  };
}
