export { unpack, type Unpacked, type UnpackedFile } from './unpack.ts';
