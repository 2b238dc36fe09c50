import { Fault } from '../kernel/index.ts';
import type { Blobs, Catalogue } from '../registry/index.ts';
import type { StoreMarker } from '../storage/files/index.ts';

/** As many blobs are looked for before a storage counts as another store's. */
const LOOK_FOR = 100;

interface Marked {
  /** For people: `the bucket packages`. */
  name: string;
  marker: StoreMarker;
}

/**
 * Refuses a storage whose marker names another store: the sweeper would take that one's packages for leftovers. True if
 * the marker names this one, false if there is none. Fault `config_invalid`.
 */
export async function refuseOthersStorage({ name, marker }: Marked, storeId: string): Promise<boolean> {
  const owner = await marker.read();
  if (owner !== undefined && owner !== storeId) throw belongsToOther(name, marker, owner, storeId);
  return owner !== undefined;
}

/**
 * Marks a storage that has no marker as this store's. Two stores that do so at once: one of them gets a Fault
 * `config_invalid`, as does a database that knows packages of which the storage has none.
 */
export async function claimStorage(
  { name, marker }: Marked,
  storeId: string,
  catalogue: Pick<Catalogue, 'blobs'>,
  blobs: Pick<Blobs, 'size'>,
): Promise<void> {
  if (!(await holdsPackages(catalogue, blobs))) {
    throw new Fault(
      'config_invalid',
      `The database knows packages, but none of them is in ${name}, which holds other files: set KONTOR_STORAGE to the right place, or restore the files.`,
    );
  }
  // Another replica may be faster, and another store too.
  if (!(await marker.write(storeId))) await refuseOthersStorage({ name, marker }, storeId);
}

/** True also for a database that knows none: a new store may begin beside what others left. */
async function holdsPackages(
  catalogue: Pick<Catalogue, 'blobs'>,
  blobs: Pick<Blobs, 'size'>,
): Promise<boolean> {
  const known = await catalogue.blobs('', LOOK_FOR);
  for (const { key } of known) if ((await blobs.size(key)) !== undefined) return true;
  return known.length === 0;
}

function belongsToOther(name: string, marker: StoreMarker, owner: string, storeId: string): Fault {
  return new Fault(
    'config_invalid',
    `${upper(name)} holds the packages of another store: its marker ${marker.name} names ${shown(owner)}, and this database is ${storeId}. ` +
      'Each would remove the packages of the other. Set KONTOR_STORAGE to a folder, bucket or prefix of its own. Only if the other ' +
      `database is gone for good, and this one is to have what is there: remove ${marker.name} and start again.`,
  );
}

function upper(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Whatever somebody has put there. */
function shown(owner: string): string {
  return /^[\w-]{1,64}$/.test(owner) ? owner : 'none that can be read';
}
