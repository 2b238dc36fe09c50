export { Base64Decoder } from './base64.ts';
export type { DataPath, DataPattern } from './data-path.ts';
export { FormSplitter, type FormEvent } from './form-splitter.ts';
export { received, refuseEncoding } from './received.ts';
export { BodyScanner } from './scanner.ts';
export {
  readTarballJson,
  type SentTarball,
  type TarballJson,
  type TarballJsonOptions,
} from './tarball-json.ts';
export { shown, shownSize } from './wording.ts';
