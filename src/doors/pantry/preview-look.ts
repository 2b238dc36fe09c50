import type { Preview } from '../../registry/index.ts';
import type { FileLook } from '../file-look.ts';

/** Digits to which a sha is cut where people read it. */
const SHORT = 7;

export function shortSha(sha: string): string {
  return sha.slice(0, SHORT);
}

/**
 * How previews are sent: protocols/pantry 3. Any of them may be replaced by another one of the same commit, so caches ask each time
 * whether theirs is still the right one.
 */
export function previewLook({ name, sha }: Pick<Preview, 'name' | 'sha'>): FileLook {
  return {
    contentType: 'application/gzip',
    fileName: `${name.replace(/^@/, '').replace('/', '-')}-${shortSha(sha)}.tgz`,
    etagOf: ({ sha256 }) => `"${sha256.slice(0, 32)}"`,
    maxAge: 0,
  };
}
