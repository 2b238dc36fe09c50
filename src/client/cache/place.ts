import { existsSync } from 'node:fs';
import { type Layout, type Pinned } from './layout.ts';
import { readRecord, type Origin } from './tree-record.ts';

export interface Place {
  layout: Layout;
  /** What a person should know of it; a sentence. */
  warning: string | undefined;
}

/**
 * Where an archive from `origin` goes, of which the usual place has not these bytes: `found` is the digest of the archive that was seen there
 * (one look for all, for other processes put theirs there meanwhile). Compilers read the usual place, whatever project they are run for. So a
 * registry that only a manifest names never takes it from another one, for somebody else may have written the manifest: its packages lie
 * aside then. A registry that the user chose takes the place from one that was not chosen, and from nobody else.
 */
export function placeFor(
  usual: Layout,
  pinned: Pinned,
  { origin, found }: { origin: Origin; found: string | undefined },
): Place {
  const { name, version, checksum } = pinned;
  const what = `${name}@${version}`;
  if (found === undefined && !existsSync(usual.unpacked(name, version)))
    return { layout: usual, warning: undefined };
  const record = readRecord(usual.record(name, version));
  if (record?.archive === checksum) {
    const damaged = `The cached archive of ${what} is damaged; it is not used.`;
    return { layout: usual, warning: found === undefined ? undefined : damaged };
  }
  const holder = record?.origin;
  if (holder?.registry === origin.registry) {
    return { layout: usual, warning: `${origin.registry} has another ${what} than before; it is replaced.` };
  }
  if (origin.own && holder?.own !== true) {
    const whose =
      holder === undefined
        ? "damaged, or another registry's"
        : `that of ${holder.registry}, which only a vais.toml names`;
    return { layout: usual, warning: `The cached archive of ${what} is ${whose}; it is replaced.` };
  }
  return { layout: usual.other(checksum), warning: whereOther(usual, pinned) };
}

/** A sentence: compilers that look in the usual place find something else. */
export function whereOther(usual: Layout, { name, version, checksum }: Pinned): string {
  const what = `${name}@${version}`;
  const holder = readRecord(usual.record(name, version))?.origin?.registry ?? 'another registry';
  const folder = usual.other(checksum).unpacked(name, version);
  return `${what} is in ${folder}, for its usual place has that of ${holder}; "cache clean ${what}" and another install give it the place.`;
}
