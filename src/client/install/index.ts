export { withLocal, type Demand } from './demand.ts';
export { install, type Installed, type InstalledPackage, type InstallOptions } from './install.ts';
export { lockChanges } from '../project/index.ts';
export { readDemand } from './read-demand.ts';
export { verifyInstalled, type Verified } from './verify.ts';
