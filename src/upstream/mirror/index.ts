export { Mirror, type MirrorOptions } from './mirror.ts';
