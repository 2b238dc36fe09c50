export { archiveName, metadataOf, packProject, pathOnlyDependencies, type PackedPackage } from './pack.ts';
