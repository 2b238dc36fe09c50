export { installLines } from './install-lines.ts';
export type { PackageManager } from './package-manager.ts';
export {
  publishPreviews,
  type PreviewPublishing,
  type PublishedPreview,
  type PublishedPreviews,
} from './publish.ts';
