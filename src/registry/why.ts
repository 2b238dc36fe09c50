import type { Principal } from '../accounts/index.ts';
import { Fault, type Clock } from '../kernel/index.ts';
import {
  judge,
  repairTags,
  type Block,
  type Finding,
  type GateRules,
  type VersionRanges,
} from '../policy/index.ts';
import type { Catalogue, DocumentOutline, Origin, RegistryRow } from './ports/index.ts';
import type { DocumentSource } from './document-source.ts';
import { outlineOf } from './outline.ts';
import type { Reader } from './reader.ts';

/** What the gate makes of a name, and why. */
export interface WhyAnswer {
  registry: string;
  name: string;
  /** Null if the name is blocked as a whole: then nothing was looked up. */
  origin: Origin | null;
  cooldown: { hours: number; exemptions: string[] } | null;
  /** All blocks on the name. */
  blocks: Block[];
  /** How many there are, hidden ones included. */
  versions: number;
  /** Newest first. */
  hidden: HiddenVersion[];
  /** What people get who ask for nothing special: as it was published, and as it is shown. */
  latest: { published: string | null; shown: string | null };
  /** The version that was asked about, if one was. */
  asked: AskedVersion | null;
}

export interface HiddenVersion {
  version: string;
  /** When it was published, milliseconds, or null. */
  published: number | null;
  /** Everything that hides it, what weighs most first. */
  findings: Finding[];
}

export interface AskedVersion extends HiddenVersion {
  /** False if there is no such version. */
  exists: boolean;
  /** The exemptions from the cooldown that cover it. */
  exemptions: string[];
}

/** The tag that documents of every format have. */
const DEFAULT_TAG = 'latest';

/** Tells what the gate hides of a name. Who may not see a package learns what they would of one that is not there. */
export class Why {
  readonly #reader: Reader;
  readonly #catalogue: Pick<Catalogue, 'versions' | 'tags' | 'vanished'>;
  readonly #ranges: ReadonlyMap<string, VersionRanges>;
  readonly #clock: Clock;

  /** @param ranges by format */
  constructor(
    reader: Reader,
    catalogue: Pick<Catalogue, 'versions' | 'tags' | 'vanished'>,
    ranges: ReadonlyMap<string, VersionRanges>,
    clock: Clock,
  ) {
    this.#reader = reader;
    this.#catalogue = catalogue;
    this.#ranges = ranges;
    this.#clock = clock;
  }

  /**
   * Asks an upstream as a read would. Faults `package_not_found`, `upstream_down`.
   *
   * @param versionOrTag null: about the whole package
   * @param who `operator`: whoever may open the store, to whom nothing is hidden
   */
  async ask(
    registry: RegistryRow,
    name: string,
    versionOrTag: string | null,
    who: Principal | 'operator',
  ): Promise<WhyAnswer> {
    const { rules, source } = await this.#reader.look(registry, name, who);
    const base = { registry: registry.name, name };
    if (rules.whole) return this.#wholeAnswer(base, rules.local, rules.whole, versionOrTag);
    if (source === undefined) {
      throw new Fault(
        'package_not_found',
        `There is no package ${JSON.stringify(name.slice(0, 80))} in the registry ${registry.name}.`,
      );
    }
    const ranges = this.#ranges.get(registry.format);
    if (ranges === undefined)
      throw new Error(`the format ${registry.format} does not say how versions compare`);
    return this.#answer(base, {
      source,
      ranges,
      outline: await outlineOf(this.#catalogue, source),
      versionOrTag,
    });
  }

  #wholeAnswer(
    base: Pick<WhyAnswer, 'registry' | 'name'>,
    { blocks }: GateRules,
    whole: Block,
    version: string | null,
  ): WhyAnswer {
    const findings: Finding[] = [{ rule: 'block', block: whole, until: null }];
    return {
      ...base,
      origin: null,
      cooldown: null,
      blocks,
      versions: 0,
      hidden: [],
      latest: { published: null, shown: null },
      asked: version === null ? null : { version, published: null, findings, exists: false, exemptions: [] },
    };
  }

  #answer(
    base: Pick<WhyAnswer, 'registry' | 'name'>,
    {
      source,
      ranges,
      outline: { versions, tags },
      versionOrTag,
    }: {
      source: DocumentSource;
      ranges: VersionRanges;
      outline: DocumentOutline;
      versionOrTag: string | null;
    },
  ): WhyAnswer {
    const { rules, origin } = source;
    const now = this.#clock();
    const judged = versions.map((version) => ({ version, findings: judge(rules, version, now, ranges) }));
    const good = judged.filter(({ findings }) => findings.length === 0).map(({ version }) => version);
    const shownTags = repairTags(tags, DEFAULT_TAG, good, ranges);
    const exemptions = rules.cooldown?.exemptions ?? [];
    const shape = ({ version, findings }: (typeof judged)[number]): HiddenVersion => ({
      version: version.version,
      published: version.time,
      findings,
    });
    const asked = (wanted: string): AskedVersion => {
      const found = judged.find(({ version }) => version.version === wanted);
      const covering = exemptions.filter(({ range }) => range === null || ranges.inRange(wanted, range));
      return {
        ...(found ? shape(found) : { version: wanted, published: null, findings: [] }),
        exists: found !== undefined,
        exemptions: covering.map(({ text }) => text),
      };
    };
    return {
      ...base,
      origin,
      cooldown: rules.cooldown && {
        hours: rules.cooldown.hours,
        exemptions: exemptions.map(({ text }) => text),
      },
      blocks: rules.blocks,
      versions: versions.length,
      hidden: judged
        .filter(({ findings }) => findings.length > 0)
        .map(shape)
        .toSorted((one, other) => ranges.compare(other.version, one.version)),
      latest: { published: own(tags, DEFAULT_TAG), shown: own(shownTags, DEFAULT_TAG) },
      asked: versionOrTag === null ? null : asked(own(tags, versionOrTag) ?? versionOrTag),
    };
  }
}

function own(record: Record<string, string>, key: string): string | null {
  return Object.hasOwn(record, key) ? (record[key] ?? null) : null;
}
