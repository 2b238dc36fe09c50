export { TarParser, type ContentSink, type TarEntry } from './parser.ts';
