/** Where a project is: what costs nothing to load. Every start of the command asks this. */
export { LOCK, MANIFEST, projectFolder } from '../folder.ts';
