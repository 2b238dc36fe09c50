import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  installLines,
  publishPreviews,
  type PackageManager,
  type PublishedPreview,
  type PublishedPreviews,
} from '../client/previews/index.ts';
import type { Io } from './io.ts';
import { json } from './table.ts';

export interface PreviewPublishOptions {
  registry?: string;
  json?: boolean;
  output?: string;
  previewVersion?: boolean;
  compact?: boolean;
  workspaces?: boolean;
  packWith?: PackageManager;
  sha?: string;
  branch?: string;
  pr?: string;
  run?: string;
  repository?: string;
  allowDirty?: boolean;
}

/** @param dirs folders, globs of folders, archives; none: the working folder */
export async function previewPublish(
  io: Io,
  dirs: readonly string[],
  options: PreviewPublishOptions,
): Promise<number> {
  const { sha, branch, pr, run, repository } = options;
  const published = await publishPreviews({
    patterns: dirs,
    cwd: io.cwd,
    env: io.env,
    registry: options.registry,
    commit: { sha, branch, pullRequest: pr, run, repository },
    workspaces: options.workspaces ?? false,
    allowDirty: options.allowDirty ?? false,
    packWith: options.packWith,
    previewVersion: options.previewVersion ?? false,
    compact: options.compact ?? false,
    note: (message) => io.err(`${message}\n`),
  });
  const text = json({ ...published, packages: published.packages.map(shown) });
  if (options.output !== undefined) await writeFile(resolve(io.cwd, options.output), text);
  io.out(options.json ? text : describe(published));
  return 0;
}

/** What scripts get to know, in pkg.pr.new's words. */
function shown({ name, version, url, shasum }: PublishedPreview) {
  return { name, version, url, shasum };
}

function describe({ packages }: PublishedPreviews): string {
  return packages
    .map((one) => `${[`${one.name} ${one.version}`, one.url, ...installLines(one)].join('\n  ')}\n`)
    .join('\n');
}
