import { createHash } from 'node:crypto';
import { vaisRanges } from '../../../formats/vais/index.ts';
import { Turn } from '../../../kernel/index.ts';
import { judgeVersions, openRules } from '../../../policy/index.ts';
import type {
  Catalogue,
  ListedVersion,
  Reader,
  RegistryRevisions,
  RegistryRow,
} from '../../../registry/index.ts';
import { entryText } from './entry-text.ts';

/** A package that may be in the index. */
export interface Subject {
  packageId: number;
  name: string;
  /** Not everybody may see it. */
  restricted: boolean;
}

/** A package as it is to be in the index. */
export interface BuiltEntry extends Subject {
  /** Of what the gate says on it. */
  rulesKey: string;
  /** Undefined if nothing of it may go out, or nothing is there. */
  said: { text: Buffer; digest: Buffer } | undefined;
}

export interface EntrySources {
  catalogue: Pick<Catalogue, 'version'>;
  revisions: RegistryRevisions;
  reader: Pick<Reader, 'rulesOf'>;
}

/** Bytes of an entry's SHA-256 that are kept, for the tag of the whole. */
const DIGEST_LENGTH = 16;

/** Packages whose rows are read at a time. */
const AT_ONCE = 100;

/** Reads what the index says of packages. Leaves the event loop to others now and then. */
export async function readEntries(
  sources: EntrySources,
  registry: RegistryRow,
  subjects: readonly Subject[],
): Promise<BuiltEntry[]> {
  const built: BuiltEntry[] = [];
  const turn = new Turn();
  for (let from = 0; from < subjects.length; from += AT_ONCE) {
    built.push(...(await readSome(sources, registry, subjects.slice(from, from + AT_ONCE))));
    if (turn.isOver) await turn.next();
  }
  return built;
}

async function readSome(
  { catalogue, revisions, reader }: EntrySources,
  registry: RegistryRow,
  subjects: Subject[],
): Promise<BuiltEntry[]> {
  const ids = subjects.map(({ packageId }) => packageId);
  const [rows, owners, rules] = await Promise.all([
    revisions.versionsOf(ids),
    revisions.ownersOf(ids),
    reader.rulesOf(
      registry,
      subjects.map(({ name }) => name),
    ),
  ]);
  const byPackage = Map.groupBy(rows, ({ packageId }) => packageId);
  const built: BuiltEntry[] = [];
  for (const subject of subjects) {
    const { packageId, name } = subject;
    const local = rules.get(name)?.local ?? openRules;
    const versions = byPackage.get(packageId) ?? [];
    // Blocks know no time.
    const { hidden } = judgeVersions(
      local,
      versions.map(({ version, publishedAt: time }) => ({ version, time })),
      0,
      vaisRanges,
    );
    const shown = versions.filter(({ version }) => !hidden.has(version));
    const manifest = await speakingManifest(catalogue, packageId, shown);
    const names = (owners.get(packageId) ?? []).map((owner) => owner.name);
    const said = manifest === undefined ? undefined : saying(entryText(name, shown, manifest, names));
    const restricted = versions[0]?.restricted ?? subject.restricted;
    built.push({ ...subject, restricted, rulesKey: local.key, said });
  }
  return built;
}

function saying(entry: string): BuiltEntry['said'] {
  const text = Buffer.from(entry);
  return { text, digest: createHash('sha256').update(text).digest().subarray(0, DIGEST_LENGTH) };
}

/** Of the version that speaks for the package: its default one, or the best that is left. Undefined if there is none. */
async function speakingManifest(
  catalogue: Pick<Catalogue, 'version'>,
  packageId: number,
  shown: ListedVersion[],
): Promise<string | undefined> {
  const tagged = shown.find(({ manifest }) => manifest !== null);
  if (tagged) return tagged.manifest ?? undefined;
  const good = shown.filter(({ yanked }) => !yanked);
  const best = vaisRanges.newest((good.length > 0 ? good : shown).map(({ version }) => version));
  return best === undefined ? undefined : (await catalogue.version(packageId, best))?.manifest;
}
