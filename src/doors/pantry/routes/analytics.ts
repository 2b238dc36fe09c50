import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Fault } from '../../../kernel/index.ts';
import { dayText, everyDay } from '../../../registry/index.ts';
import { Numbers } from '../numbers.ts';
import type { PantryDoorOptions } from '../options.ts';
import { anyNameOf } from '../request.ts';

const DEFAULT_TOP = 10;
const MOST_TOP = 100;
const DEFAULT_DAYS = 30;
const MOST_DAYS = 365;
const DEFAULT_MISSING = 20;
const MOST_MISSING = 100;

/**
 * Download numbers: protocols/pantry 5. A name that whoever asks may not see is answered like one that nobody ever heard of. Events
 * are not taken: anybody could send them.
 */
export function analyticsRoutes(
  app: FastifyInstance,
  { analytics, alsoCounted }: Pick<PantryDoorOptions, 'analytics' | 'alsoCounted'>,
): void {
  const numbersFor = async (request: FastifyRequest): Promise<Numbers> =>
    new Numbers(analytics, [request.registry, ...alsoCounted()], await request.principal());

  const top = async (request: FastifyRequest, reply: FastifyReply) => {
    const limit = clamped(request, 'limit', DEFAULT_TOP, MOST_TOP);
    return send(reply, { packages: await (await numbersFor(request)).top(limit) });
  };
  app.get('/analytics', { config: { limit: 'search' } }, top);
  app.get('/analytics/top', { config: { limit: 'search' } }, top);

  app.get('/analytics/:name', async (request, reply) => {
    const name = anyNameOf(request);
    const numbers = await (await numbersFor(request)).of(name);
    if (numbers === undefined) {
      throw new Fault('package_not_found', 'No analytics data for this package');
    }
    const versions = new Map<string, number>();
    for (const { version, downloads } of numbers.versions) {
      versions.set(version, (versions.get(version) ?? 0) + downloads);
    }
    return send(reply, {
      packageName: name,
      totalDownloads: numbers.total,
      weeklyDownloads: numbers.week,
      monthlyDownloads: numbers.month,
      versionDownloads: Object.fromEntries(versions),
      ...(numbers.lastAt !== null && { lastDownload: new Date(numbers.lastAt).toISOString() }),
    });
  });

  app.get('/analytics/:name/timeline', async (request, reply) => {
    const name = anyNameOf(request);
    const days = analytics.lastDays(clamped(request, 'days', DEFAULT_DAYS, MOST_DAYS));
    const counts = await (await numbersFor(request)).days(name, days);
    const timeline = everyDay(counts, days).map(({ day, count }) => ({ date: dayText(day), count }));
    return send(reply, { packageName: name, timeline });
  });

  app.get('/analytics/:name/requested-versions', async (request, reply) => {
    const name = anyNameOf(request);
    const limit = clamped(request, 'limit', DEFAULT_MISSING, MOST_MISSING);
    const missing = await (await numbersFor(request)).missing(name, limit);
    const requests = missing.map(({ version, requests: requestCount, lastAt, isThere }) => ({
      packageName: name,
      version,
      requestCount,
      lastRequestedAt: new Date(lastAt).toISOString(),
      isKnownVersion: isThere,
    }));
    return send(reply, { packageName: name, requests });
  });
}

/** What is told depends on who asks, and changes at every download. */
function send(reply: FastifyReply, body: object): FastifyReply {
  return reply.header('cache-control', 'private, no-cache').send(body);
}

/** A whole number from the query, at most `most`; whatever is none, or less than one, is the default. */
function clamped(request: FastifyRequest, parameter: string, fallback: number, most: number): number {
  const value = (request.query as Record<string, unknown>)[parameter];
  if (typeof value !== 'string' || !/^\d{1,9}$/.test(value) || Number(value) === 0) return fallback;
  return Math.min(Number(value), most);
}
