import { Type } from 'typebox';
import { Fault } from '../../kernel/index.ts';
import { dayText, everyDay, type DayCount, type Days } from '../../registry/index.ts';
import { askerOf } from './access.ts';
import { Name } from './organisation-shapes.ts';
import type { ApiParts } from './parts.ts';
import { Time, timeText } from './schemas.ts';
import type { ApiScope } from './scope.ts';

const tags = ['downloads'];
const REGISTRY = '/registries/:registry';
const PACKAGE = `${REGISTRY}/packages/:name`;
const Registry = Type.Object({ registry: Name });
const Package = Type.Object({
  registry: Name,
  name: Type.String({ maxLength: 214, description: 'Percent-encoded: `@acme%2fdemo`.' }),
});
const DayQuery = Type.Object({
  days: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 549, description: 'Default: 30. The last of them is today, UTC.' }),
  ),
});
const LimitQuery = Type.Object({ limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })) });
const Downloads = Type.Integer({ description: 'Of all its versions and previews, ever.' });
const DaysShape = Type.Array(
  Type.Object({ day: Type.String({ format: 'date' }), downloads: Type.Integer() }),
  { description: 'Every day, oldest first.' },
);

/** What is downloaded, how often, and what is asked for in vain. */
export function downloadRoutes(app: ApiScope, { registries, analytics }: ApiParts): void {
  app.get(
    `${REGISTRY}/downloads/top`,
    {
      config: { access: 'user', limit: 'search' },
      schema: {
        tags,
        summary: 'List what is downloaded most',
        params: Registry,
        querystring: LimitQuery,
        response: {
          200: Type.Object({
            packages: Type.Array(Type.Object({ name: Type.String(), downloads: Downloads })),
          }),
        },
      },
    },
    async (request) => {
      const asker = askerOf(request);
      const registry = await registries.see(asker, request.params.registry);
      const top = await analytics.top(registry, asker, request.query.limit ?? 10);
      return { packages: top.map(({ name, downloads }) => ({ name, downloads })) };
    },
  );

  app.get(
    `${REGISTRY}/downloads`,
    {
      config: { access: 'administrator' },
      schema: {
        tags,
        summary: 'Count what is downloaded from a registry',
        params: Registry,
        querystring: DayQuery,
        response: { 200: Type.Object({ days: DaysShape }) },
      },
    },
    async (request) => {
      const registry = await registries.see(askerOf(request), request.params.registry);
      const days = analytics.lastDays(request.query.days ?? 30);
      return { days: daysShape(await analytics.registryDays(registry, days), days) };
    },
  );

  app.get(
    `${PACKAGE}/downloads`,
    {
      config: { access: 'user' },
      schema: {
        tags,
        summary: 'Count the downloads of a package',
        params: Package,
        querystring: DayQuery,
        response: {
          200: Type.Object({
            total: Downloads,
            week: Type.Integer({ description: 'Of the last 7 days in UTC, today included.' }),
            month: Type.Integer({ description: 'Of the last 30.' }),
            last: Type.Union([Time, Type.Null()], { description: 'Null if nobody knows.' }),
            versions: Type.Array(
              Type.Object({
                version: Type.String({ description: 'Or the first digits of a commit.' }),
                preview: Type.Boolean(),
                downloads: Type.Integer(),
              }),
              { description: 'What was downloaded at all, most first.' },
            ),
            days: DaysShape,
          }),
        },
      },
    },
    async (request) => {
      const asker = askerOf(request);
      const registry = await registries.see(asker, request.params.registry);
      const { name } = request.params;
      const days = analytics.lastDays(request.query.days ?? 30);
      const [numbers, counts] = await Promise.all([
        analytics.of(registry, name, asker),
        analytics.days(registry, name, asker, days),
      ]);
      if (numbers === undefined || counts === undefined) throw noPackage(name);
      const { total, week, month, lastAt, versions } = numbers;
      return {
        total,
        week,
        month,
        last: lastAt === null ? null : timeText(lastAt),
        versions: versions.map(({ version, isPreview, downloads }) => ({
          version,
          preview: isPreview,
          downloads,
        })),
        days: daysShape(counts, days),
      };
    },
  );

  app.get(
    `${PACKAGE}/missing-versions`,
    {
      config: { access: 'user' },
      schema: {
        tags,
        summary: 'List versions that are asked for and not there',
        description: 'Of the last 90 days; at most a hundred a package.',
        params: Package,
        querystring: LimitQuery,
        response: {
          200: Type.Object({
            versions: Type.Array(
              Type.Object({
                version: Type.String({ description: 'Or a tag.' }),
                requests: Type.Integer(),
                last: Time,
                published: Type.Boolean({ description: 'It is there by now.' }),
              }),
            ),
          }),
        },
      },
    },
    async (request) => {
      const asker = askerOf(request);
      const registry = await registries.see(asker, request.params.registry);
      const { name } = request.params;
      const missing = await analytics.missing(registry, name, asker, request.query.limit ?? 20);
      if (missing === undefined) throw noPackage(name);
      return {
        versions: missing.map(({ version, requests, lastAt, isThere }) => ({
          version,
          requests,
          last: timeText(lastAt),
          published: isThere,
        })),
      };
    },
  );
}

function noPackage(name: string): Fault {
  return new Fault('package_not_found', `package ${name} not found`);
}

function daysShape(counts: DayCount[], days: Days): { day: string; downloads: number }[] {
  return everyDay(counts, days).map(({ day, count }) => ({ day: dayText(day), downloads: count }));
}
