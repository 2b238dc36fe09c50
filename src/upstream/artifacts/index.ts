export { ArtifactPulls, type Found, type PullsOptions } from './pulls.ts';
