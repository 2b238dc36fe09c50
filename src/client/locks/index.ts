export { underLock } from './lock-file.ts';
