import { randomBytes } from 'node:crypto';
import { keyOf } from '../keys.ts';

/** First part of all keys of previews: what an operator may let a bucket's lifecycle rule expire. No registry is called so. */
const PREFIX = 'commits';

/**
 * A storage key for a preview that an operator can read, and that is never used again. All of a commit lie in one folder, which goes with
 * the last of them.
 *
 * @example 'commits/abc1234/@acme%2fdemo-5d41402abc4b2a76.tgz'
 */
export function previewKey(sha: string, name: string): string {
  return `${keyOf([PREFIX, sha, name])}-${randomBytes(8).toString('hex')}.tgz`;
}

/** True for keys that belong to previews, and not to versions. */
export function isPreviewKey(key: string): boolean {
  return key.startsWith(`${PREFIX}/`);
}
