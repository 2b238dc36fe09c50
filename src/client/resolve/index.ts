export { findCycle } from './cycles.ts';
export { resolve } from './resolve.ts';
export type {
  Candidate,
  PackageSource,
  Resolution,
  ResolvedPackage,
  ResolveOptions,
  Root,
  Wanted,
} from './types.ts';
