import { createHash } from 'node:crypto';
import { gzipSync, zstdDecompressSync } from 'node:zlib';
import { abbreviatedVersion } from '../../../formats/npm/index.ts';
import type { GateRules } from '../../../policy/index.ts';
import { attestationsUrl, tarballUrl } from '../shapes.ts';
import type { Form, ReadyDocument, RefusedDocument } from './document.ts';
import { withKept, type KeptVersion, type Manifest, type Packument } from './kept.ts';
import { sift, type Sifted } from './sift.ts';

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
  /** What is hidden in it, at the moment `now`. */
  rules: GateRules;
  now: number;
};

/** The text of what was wanted, compressed; null if the document has no such version. */
export type Rendered = (Omit<ReadyDocument, 'gzip'> & { gzip: Uint8Array }) | RefusedDocument | null;

/** Runs in a worker: the largest documents have tens of megabytes. */
export function render(task: RenderTask): Rendered {
  const packument = withKept(read(task), task.kept);
  const sifted = sift(packument, task.rules, task.now);
  const { validUntil } = sifted;
  const refused = refusalOf(packument, sifted, task);
  if (refused) return { refused: { name: task.name, ...refused }, validUntil };
  const value = select(sifted, task);
  if (value === undefined) return null;
  const text = JSON.stringify(value);
  const etag = createHash('sha256').update(text).digest('hex').slice(0, 32);
  return { etag, gzip: gzipSync(text), validUntil };
}

function read({ body, name }: RenderTask): Packument {
  if (body.length === 0) return { _id: name, name, 'dist-tags': {}, versions: {} };
  return JSON.parse(zstdDecompressSync(body).toString('utf8')) as Packument;
}

/** What stands against giving what is wanted: all versions are hidden, or the one that was asked for. */
function refusalOf(whole: Packument, sifted: Sifted, task: RenderTask) {
  if (sifted.nothingLeft) return { ...sifted.nothingLeft, whole: true };
  if (task.want !== 'version') return undefined;
  const { versionOrTag } = task;
  const version =
    own(sifted.packument['dist-tags'], versionOrTag) ?? own(whole['dist-tags'], versionOrTag) ?? versionOrTag;
  const finding = sifted.hidden.get(version);
  return finding && { version, finding, whole: false };
}

function select({ packument }: Sifted, task: RenderTask): unknown {
  const located = (manifest: Manifest): Manifest => ({
    ...manifest,
    dist: {
      ...manifest.dist,
      tarball: tarballUrl(task.base, task.name, manifest.dist.tarball),
      // Clients take the path of it, which leads nowhere but here.
      ...(manifest.dist.attestations && {
        attestations: {
          ...manifest.dist.attestations,
          url: attestationsUrl(task.base, task.name, manifest.version),
        },
      }),
    },
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
        modified: packument.time?.['modified'],
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
