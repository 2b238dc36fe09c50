export { barPreviewKey } from './bar-key.ts';
export { dropPreviewsOf, dropRestrictedOf } from './drop.ts';
export { expirePreviews } from './expire.ts';
export { publishPreviews } from './publish.ts';
