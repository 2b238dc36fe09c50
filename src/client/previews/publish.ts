import { setTimeout } from 'node:timers/promises';
import { Fault } from '../../kernel/index.ts';
import type { PartialCommit, Variables } from './commit.ts';
import { deliver } from './deliver.ts';
import { findCommit } from './find-commit.ts';
import { compactUrl } from './install-lines.ts';
import { packSource, type Packed } from './pack.ts';
import type { PackageManager } from './package-manager.ts';
import { findPackages, type Source } from './packages.ts';
import { findTarget } from './registry.ts';
import { withScratch } from './scratch.ts';

export interface PreviewPublishing {
  /** Folders, globs, archives; none: the working folder. */
  patterns: readonly string[];
  cwd: string;
  env: Variables;
  registry?: string | undefined;
  commit: PartialCommit;
  workspaces: boolean;
  allowDirty: boolean;
  packWith?: PackageManager | undefined;
  /** `0.0.0-preview-<sha>` in place of the versions that the packages have. */
  previewVersion: boolean;
  /** Short addresses. */
  compact: boolean;
  /** Told what is going on, a sentence each. */
  note: (message: string) => void;
}

export interface PublishedPreview {
  name: string;
  version: string;
  url: string;
  /** SHA-1 of what is served, hex; undefined if the server does not tell. */
  shasum: string | undefined;
  /** It depends on another one of those that were published with it. */
  hasSiblings: boolean;
}

export interface PublishedPreviews {
  sha: string;
  packages: PublishedPreview[];
}

/**
 * Packs packages and publishes them as previews of their commit, in one request. Faults `bad_request` for what the caller must mend,
 * `unavailable` if the server cannot be reached.
 */
export async function publishPreviews(options: PreviewPublishing): Promise<PublishedPreviews> {
  const { cwd, env, note } = options;
  const target = await findTarget({ cwd, env, registry: options.registry, warn: note });
  const commit = await findCommit({ cwd, env, given: options.commit, allowDirty: options.allowDirty });
  const patterns = options.patterns.length > 0 ? options.patterns : ['.'];
  const { sources, skipped } = await findPackages(patterns, { cwd, workspaces: options.workspaces });
  for (const { path, reason } of skipped) note(`${path} is left out: ${reason}.`);
  try {
    return await withScratch(async (scratch) => {
      const packed = await packAll(sources, {
        ...options,
        scratch,
        version: options.previewVersion ? `0.0.0-preview-${commit.sha.slice(0, 7)}` : undefined,
      });
      if (packed.length === 0)
        throw new Fault('bad_request', 'There is nothing to publish: every package is private.');
      note(`Publishing ${packed.length} package(s) of commit ${commit.sha.slice(0, 7)} to ${target.url}.`);
      const sent = await deliver(target, commit, packed, {
        env,
        wait: (milliseconds) => setTimeout(milliseconds),
        onRetry: note,
      });
      const own = new Map(packed.map((one) => [one.name, one]));
      return {
        sha: commit.sha,
        packages: sent.map(({ name, url, shasum }) => ({
          name,
          version: own.get(name)?.version ?? '',
          url: options.compact ? compactUrl(target.url, { name, sha: commit.sha }) : url,
          shasum,
          hasSiblings: own.get(name)?.dependencies.some((dependency) => own.has(dependency)) ?? false,
        })),
      };
    });
  } finally {
    await target.dispatcher.destroy();
  }
}

/** One after the other: build scripts of a workspace may write to the same files. */
async function packAll(
  sources: readonly Source[],
  options: PreviewPublishing & { scratch: string; version: string | undefined },
): Promise<Packed[]> {
  const { scratch, env, packWith, version, note } = options;
  const packed = new Map<string, Packed>();
  for (const source of sources) {
    const one = await packSource(source, { scratch, env, packWith, version });
    if (one === undefined) {
      note(`${source.path} is left out: it is private.`);
      continue;
    }
    if (packed.has(one.name)) {
      throw new Fault(
        'bad_request',
        `${one.name} is there twice, the second time as ${source.path}: name it once.`,
      );
    }
    packed.set(one.name, one);
  }
  return [...packed.values()];
}
