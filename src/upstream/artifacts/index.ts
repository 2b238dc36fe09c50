export { ArtifactPulls, type Found, type PullsOptions } from './pulls.ts';
export { receive } from './receive.ts';
export { ask } from './request.ts';
export { uploadOf } from './upload.ts';
