import { Fault } from '../../kernel/index.ts';
import type { CursorPlace } from './store.ts';

/**
 * Owner and name of a repository, in lower case, as people write it for git: a URL, `git@host:owner/name.git` or `owner/name`. All
 * that is before the name is the owner, as GitLab's groups in groups have it. Undefined for what names none.
 */
export function repositoryOf(text: string): { owner: string; repo: string } | undefined {
  const path = text
    .replace(/^git\+/, '')
    .replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*\//i, '')
    .replace(/^[^/@]+@[^/:]+:/, '')
    .replace(/^[a-z]+:(?=[^/])/i, '')
    .replace(/[?#].*$/, '');
  const parts = path
    .replace(/^\/+|\/+$/g, '')
    .replace(/\.git$/i, '')
    .toLowerCase()
    .split('/');
  const repo = parts.pop();
  if (repo === undefined || repo === '' || parts.length === 0 || parts.includes('')) return undefined;
  return { owner: parts.join('/'), repo };
}

/** Where the commit's branch and pull request are looked for. Fault `bad_request` without a repository that has them. */
export function cursorPlaces({
  repository,
  branch,
  pullRequest,
}: {
  repository: string | undefined;
  branch: string | undefined;
  pullRequest: number | undefined;
}): CursorPlace[] {
  const refs = [branch, pullRequest?.toString()].flatMap((ref) => ref ?? []);
  if (refs.length === 0) return [];
  const place = repositoryOf(repository ?? '');
  if (place === undefined) {
    throw new Fault(
      'bad_request',
      'A branch or pull request is that of a repository: say which, such as https://git.example.com/acme/demo.',
    );
  }
  return refs.map((ref) => ({ owner: place.owner, repo: place.repo, ref }));
}
