export { allKeys } from './all-keys.ts';
export { expirePreviews, type ExpiryParts } from './expiry.ts';
export { Previews, type FoundPreview, type Preview, type PreviewParts } from './previews.ts';
export { checkSha } from './sha.ts';
export { repositoryOf } from './repository.ts';
export type * from './store.ts';
export { MOST_PACKAGES, type CommitUpload, type PreviewPackage } from './upload.ts';
