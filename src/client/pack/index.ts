export {
  archiveName,
  metadataOf,
  packInto,
  packProject,
  pathOnlyDependencies,
  type PackedPackage,
} from './pack.ts';
