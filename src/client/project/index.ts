export { withDependency, withoutDependency, type WantedDependency } from './edit.ts';
export { findProject, readProject, readText, type Project } from './find.ts';
export { lockChanges, readLock, wouldChange, writeLock, type Lock, type LockedPackage } from './lock.ts';
export {
  readPathPackages,
  wantedOf,
  type PathPackage,
  type PathPackages,
  type WantedPackage,
} from './path-packages.ts';
export { editManifest } from './edit-manifest.ts';
export { writeWhole } from './write-file.ts';
export { initProject } from './init.ts';
export { pathFor } from './add-path.ts';
export * from './light/index.ts';
