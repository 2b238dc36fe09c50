import { createHash } from 'node:crypto';
import { gzipSync, zstdDecompressSync } from 'node:zlib';
import { abbreviatedVersion } from '../../../formats/npm/index.ts';
import { tarballUrl } from '../shapes.ts';
import type { Form } from './document.ts';
import { withKept, type KeptVersion, type Manifest, type Packument } from './kept.ts';

/** What is to be made of an upstream's document. */
export type Want =
  { want: 'document'; form: Form } | { want: 'version'; versionOrTag: string } | { want: 'tags' };

/** An upstream's document, in the format's normal form, for clients of `base`. */
export type RenderTask = Want & {
  /** Empty for a package that the upstream has no more. */
  body: Uint8Array;
  kept: KeptVersion[];
  name: string;
  base: string;
};

/** The text of what was wanted, compressed; null if the document has no such version. */
export type Rendered = { etag: string; gzip: Uint8Array } | null;

/** Runs in a worker: the largest documents have tens of megabytes. */
export function render(task: RenderTask): Rendered {
  const value = select(withKept(read(task), task.kept), task);
  if (value === undefined) return null;
  const text = JSON.stringify(value);
  return { etag: createHash('sha256').update(text).digest('hex').slice(0, 32), gzip: gzipSync(text) };
}

function read({ body, name }: RenderTask): Packument {
  if (body.length === 0) return { _id: name, name, 'dist-tags': {}, versions: {} };
  return JSON.parse(zstdDecompressSync(body).toString('utf8')) as Packument;
}

function select(packument: Packument, task: RenderTask): unknown {
  const located = (manifest: Manifest): Manifest => ({
    ...manifest,
    dist: { ...manifest.dist, tarball: tarballUrl(task.base, task.name, manifest.dist.tarball) },
  });
  switch (task.want) {
    case 'tags':
      return packument['dist-tags'];
    case 'version': {
      const version = own(packument['dist-tags'], task.versionOrTag) ?? task.versionOrTag;
      const manifest = own(packument.versions, version);
      return manifest && located(manifest);
    }
    case 'document': {
      const { versions, ...rest } = packument;
      const entries = Object.entries(versions);
      if (task.form === 'full') {
        return {
          ...rest,
          versions: Object.fromEntries(entries.map(([key, manifest]) => [key, located(manifest)])),
        };
      }
      return {
        name: task.name,
        modified: packument.time?.modified,
        'dist-tags': packument['dist-tags'],
        versions: Object.fromEntries(
          entries.map(([key, manifest]) => [
            key,
            { ...abbreviatedVersion(manifest), dist: located(manifest).dist },
          ]),
        ),
      };
    }
  }
}

function own<T>(record: Record<string, T>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
