import { PassThrough, pipeline, type Readable } from 'node:stream';
import { createGunzip, createGzip } from 'node:zlib';
import type { ContentPlace } from './archive.ts';
import { Splice } from './splice.ts';

/** What is done to an archive. */
export interface Rewriting {
  place: ContentPlace;
  /** The new content. */
  text: string;
}

/** The gzipped tar with another package.json; the same for the same archive, for gzip's header has no time and no name. */
export function rewrite(source: Readable, { place, text }: Rewriting): Readable {
  const out = new PassThrough();
  pipeline(source, createGunzip(), new Splice(place, Buffer.from(text)), createGzip(), out, () => {
    // Whoever reads hears of it from the stream.
  });
  return out;
}
