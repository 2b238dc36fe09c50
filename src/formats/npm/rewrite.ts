import { PassThrough, pipeline, type Readable } from 'node:stream';
import { createGunzip, createGzip } from 'node:zlib';
import { Fault } from '../../kernel/index.ts';
import { MAX_PACKAGE_JSON, parsePackageJson, type ContentPlace } from './archive.ts';
import { withSiblings } from './siblings.ts';
import { Splice } from './splice.ts';

/** What is done to the package.json of an archive: it crosses from one thread to another. */
export interface Rewriting {
  place: ContentPlace;
  /** The new content, or URLs of packages that it depends on, by their names. */
  change: { text: string } | { urls: ReadonlyMap<string, string> };
  /** Bytes of the unpacked archive; Fault `too_large` for a larger one. */
  maxBytes?: number;
}

/** The gzipped tar with another package.json; the same for the same archive, for gzip's header has no time and no name. */
export function rewrite(source: Readable, { place, change, maxBytes = Infinity }: Rewriting): Readable {
  const out = new PassThrough();
  const splice = new Splice(place, (content) => changed(content, change), maxBytes);
  pipeline(source, createGunzip(), splice, createGzip(), out, () => {
    // Whoever reads hears of it from the stream.
  });
  return out;
}

function changed(content: Buffer, change: Rewriting['change']): Buffer {
  if ('text' in change) return Buffer.from(change.text);
  const text = withSiblings(parsePackageJson(content), (name) => change.urls.get(name));
  const result = text === undefined ? content : Buffer.from(text);
  if (result.length <= MAX_PACKAGE_JSON) return result;
  throw new Fault(
    'archive_too_large',
    `package.json with the addresses of the commit's packages has more than ${MAX_PACKAGE_JSON} bytes.`,
  );
}
