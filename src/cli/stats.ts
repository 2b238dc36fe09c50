import { Fault, isoTime, systemClock } from '../kernel/index.ts';
import { dayOf, dayText, everyDay, type DayCount, type RegistryRow } from '../registry/index.ts';
import { withKontor, type Context } from './context.ts';
import type { Kontor } from './server-face.ts';
import { json, table } from './table.ts';

export interface StatsOptions {
  registry: string;
  json?: boolean;
}

const DAYS = 30;
const MOST_SHOWN = 20;

/** Shows how often things were downloaded, hidden ones too: whoever may open the store may read all of it. */
export function stats(context: Context, name: string | undefined, options: StatsOptions): Promise<number> {
  return withKontor(context, async (kontor) => {
    const rows = await kontor.catalogue.registries();
    const registry = rows.find((row) => row.name === options.registry);
    if (registry === undefined) {
      throw new Fault(
        'registry_not_found',
        `There is no registry ${JSON.stringify(options.registry.slice(0, 80))}.`,
      );
    }
    const told =
      name === undefined ? await ofRegistry(kontor, registry) : await ofName(kontor, registry, name);
    context.io.out(options.json ? json(told.plain) : told.text);
    return 0;
  });
}

async function ofRegistry({ store: { counts } }: Kontor, { id, name }: RegistryRow) {
  const days = lastDays();
  const [top, counted] = await Promise.all([
    counts.top({
      registryId: id,
      reader: { readerId: 'all', trustedBy: [] },
      goneUntil: -1,
      after: null,
      limit: MOST_SHOWN,
    }),
    counts.registryDays(id, days),
  ]);
  const packages = top.map((entry) => ({ name: entry.name, downloads: entry.downloads }));
  return {
    plain: { registry: name, packages, days: dated(everyDay(counted, days)) },
    text:
      table([['PACKAGE', 'DOWNLOADS'], ...packages.map((one) => [one.name, `${one.downloads}`])]) +
      `everything in ${name}, ${DAYS} days: ${sum(counted)}\n`,
  };
}

async function ofName({ store: { counts } }: Kontor, registry: RegistryRow, name: string) {
  const days = lastDays();
  const [total, versions, counted, missing] = await Promise.all([
    counts.total(registry.id, name),
    counts.versions(registry.id, name),
    counts.days(registry.id, name, days),
    counts.missing(registry.id, name, MOST_SHOWN),
  ]);
  const downloads = total?.downloads ?? 0;
  const last = typeof total?.lastAt === 'number' ? isoTime(total.lastAt) : null;
  const wanted = missing.filter(({ isThere }) => !isThere);
  const rows = versions
    .slice(0, MOST_SHOWN)
    .map((one) => [one.isPreview ? `${one.version} (preview)` : one.version, `${one.downloads}`]);
  return {
    plain: {
      registry: registry.name,
      name,
      total: downloads,
      last,
      versions,
      days: dated(everyDay(counted, days)),
      missing,
    },
    text:
      table([['VERSION', 'DOWNLOADS'], ...rows]) +
      `${name}: ${downloads} in all, ${sum(counted)} in ${DAYS} days${last === null ? '' : `, the last at ${last}`}\n` +
      (wanted.length === 0
        ? ''
        : `asked for and not there: ${wanted.map(({ version, requests }) => `${version} (${requests})`).join(', ')}\n`),
  };
}

function lastDays(): { first: number; last: number } {
  const last = dayOf(systemClock());
  return { first: last - DAYS + 1, last };
}

function dated(days: DayCount[]): { day: string; downloads: number }[] {
  return days.map(({ day, count }) => ({ day: dayText(day), downloads: count }));
}

function sum(days: DayCount[]): number {
  return days.reduce((total, { count }) => total + count, 0);
}
