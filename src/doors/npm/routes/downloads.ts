import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isReadableName } from '../../../formats/npm/index.ts';
import { Fault, systemClock } from '../../../kernel/index.ts';
import { dayText, everyDay, type DayCount } from '../../../registry/index.ts';
import type { NpmDoorOptions } from '../options.ts';
import { readPeriod, type Period } from '../periods.ts';

const MOST_NAMES = 128;
/** A range has an entry for each day: eighteen months, as npmjs has it. */
const LONGEST_RANGE = 549;

/** What the counts API says of a package, without its name. */
type Shape = (counts: DayCount[], period: Period) => object;

/** Download counts: protocols/npm 9. */
export function downloadRoutes(app: FastifyInstance, { analytics }: NpmDoorOptions): void {
  /** A package from upstream is everybody's; it has counts once it was downloaded here. */
  const countsOf = async (request: FastifyRequest, name: string, period: Period, shape: Shape) => {
    if (!isReadableName(name)) return null;
    const counts = await analytics.days(request.registry, name, await request.principal(), period);
    if (counts === undefined) return null;
    return {
      start: dayText(period.first),
      end: dayText(period.last),
      package: name,
      ...shape(counts, period),
    };
  };

  const answer = async (request: FastifyRequest, period: Period, shape: Shape): Promise<object> => {
    const { names } = request.params as { names: string };
    if (!names.includes(',')) {
      const counts = await countsOf(request, names, period, shape);
      if (counts === null) throw new Fault('package_not_found', `package ${names} not found`);
      return counts;
    }
    const answers: [string, object | null][] = [];
    for (const name of severalNames(names)) {
      answers.push([name, await countsOf(request, name, period, shape)]);
    }
    return Object.fromEntries(answers);
  };

  app.get('/downloads/point/:period/:names', async (request, reply) => {
    const counts = await answer(request, periodOf(request), (days) => ({ downloads: sum(days) }));
    return reply.header('cache-control', 'private, no-cache').send(counts);
  });

  app.get('/downloads/range/:period/:names', async (request, reply) => {
    const period = periodOf(request);
    if (period.last - period.first >= LONGEST_RANGE) {
      throw new Fault('bad_request', `A range may have ${LONGEST_RANGE} days; ask for a shorter one.`);
    }
    const counts = await answer(request, period, (days) => ({ downloads: rangeOf(days, period) }));
    return reply.header('cache-control', 'private, no-cache').send(counts);
  });
}

function periodOf(request: FastifyRequest): Period {
  const { period } = request.params as { period: string };
  return readPeriod(period, systemClock());
}

function severalNames(text: string): Set<string> {
  const names = new Set(text.split(',').filter(Boolean));
  if (names.size > MOST_NAMES) {
    throw new Fault(
      'bad_request',
      `Ask for at most ${MOST_NAMES} packages at once; these are ${names.size}.`,
    );
  }
  for (const name of names) {
    if (!name.startsWith('@')) continue;
    throw new Fault(
      'bad_request',
      'Ask for a package with a scope by itself: a list takes names without one.',
    );
  }
  return names;
}

function sum(days: DayCount[]): number {
  return days.reduce((total, { count }) => total + count, 0);
}

function rangeOf(days: DayCount[], period: Period): { downloads: number; day: string }[] {
  return everyDay(days, period).map(({ day, count }) => ({ downloads: count, day: dayText(day) }));
}
