import { createHash } from 'node:crypto';
import { gzipSync, zstdDecompressSync } from 'node:zlib';
import { abbreviatedVersion } from '../../../formats/npm/index.ts';
import { tarballUrl } from '../shapes.ts';
import type { Form } from './document.ts';

/** Something to be made of an upstream's document, in the format's normal form, for clients of `base`. */
export type RenderTask = { body: Uint8Array; name: string; base: string } & (
  { want: 'document'; form: Form } | { want: 'version'; versionOrTag: string } | { want: 'tags' }
);

/** The text of what was wanted, compressed; null if the document has no such version. */
export type Rendered = { etag: string; gzip: Uint8Array } | null;

interface Packument {
  'dist-tags': Record<string, string>;
  versions: Record<string, Manifest>;
  time?: { modified?: unknown };
  [field: string]: unknown;
}

interface Manifest {
  dist: { tarball: string };
  [field: string]: unknown;
}

/** Runs in a worker: the largest documents have tens of megabytes. */
export function render(task: RenderTask): Rendered {
  const packument = JSON.parse(zstdDecompressSync(task.body).toString('utf8')) as Packument;
  const value = select(packument, task);
  if (value === undefined) return null;
  const text = JSON.stringify(value);
  return { etag: createHash('sha256').update(text).digest('hex').slice(0, 32), gzip: gzipSync(text) };
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
