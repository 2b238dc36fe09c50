import { isoTime } from '../../kernel/index.ts';
import type { Preview, PreviewRow } from '../../registry/index.ts';
import { shortSha } from './preview-look.ts';

/** Where a preview is downloaded: protocols/pantry 3. `base` as in `request.base`. */
export function previewUrl(base: string, sha: string, name: string): string {
  return `${base}/commits/${sha}/${encodeURIComponent(name)}/tarball`;
}

/** The same for whoever tells tarballs by the end of their URL, as yarn does. */
export function siblingUrl(base: string, sha: string, name: string): string {
  return `${previewUrl(base, sha, name)}.tgz`;
}

/** CommitPublish: protocols/pantry 3. */
export function previewShape(base: string, preview: PreviewRow) {
  const { name, sha, sha256, size, publishedAt, publishedBy, repository, packageDir, version } = preview;
  return {
    name,
    sha,
    tarballUrl: previewUrl(base, sha, name),
    checksum: `sha256:${sha256}`,
    publishedAt: isoTime(publishedAt),
    ...(repository !== null && { repository }),
    ...(packageDir !== null && { packageDir }),
    ...(version !== null && { version }),
    size,
    ...(publishedBy !== null && { publishedBy }),
  };
}

/** All of a commit that whoever asks may see; the repository is that of the first package that has one. */
export function commitShape(base: string, sha: string, previews: Preview[]) {
  const repository = previews.find((one) => one.repository !== null)?.repository;
  return {
    sha,
    ...(repository && { repository }),
    publishedAt: isoTime(Math.max(...previews.map(({ publishedAt }) => publishedAt))),
    packages: previews.map((one) => previewShape(base, one)),
  };
}

/** The answer to a publish; `shasum` is ours, of what is served, since siblings are written into it. */
export function publishedShape(base: string, sha: string, previews: Preview[]) {
  return {
    success: true,
    sha,
    packages: previews.map(({ name, sha1 }) => ({
      name,
      url: previewUrl(base, sha, name),
      sha,
      shasum: sha1,
    })),
    message: `Published ${previews.length} package(s) from commit ${shortSha(sha)}`,
  };
}
