/**
 * Kontor as a library: a package registry within your own program. See docs/library.md.
 *
 * @packageDocumentation
 */
export * from './library/index.ts';
