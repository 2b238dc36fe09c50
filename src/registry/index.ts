export type * from './ports/index.ts';
export { blobKey } from './keys.ts';
export { Reader, type DocumentSource } from './reader.ts';
export { Signer, type KeyWrap, type Signature } from './signer.ts';
export { storeVersion, type VersionUpload } from './store-version.ts';
export { checkRegistryName } from './names.ts';
export { Publisher, type Publication } from './publisher.ts';
export { sweep, type SweepResult } from './sweeper.ts';
export { verify, type VerifyReport } from './verify.ts';
