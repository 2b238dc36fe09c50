import { isoTime } from '../kernel/index.ts';
import { withKontor, type Context } from './context.ts';
import { json, table } from './table.ts';

export function registryList(context: Context, options: { json?: boolean }): Promise<number> {
  return withKontor(context, async ({ catalogue }) => {
    const rows = (await catalogue.registries()).map(
      ({ name, format, visibility, publish, organisation, createdAt }) => ({
        name,
        format,
        visibility,
        publish,
        organisation,
        path: `/${name}/`,
        createdAt: isoTime(createdAt),
      }),
    );
    context.io.out(
      options.json
        ? json(rows)
        : table([
            ['NAME', 'FORMAT', 'PATH', 'VISIBILITY', 'PUBLISH', 'CREATED'],
            ...rows.map((row) => [
              row.name,
              row.format,
              row.path,
              row.visibility,
              row.publish,
              row.createdAt,
            ]),
          ]),
    );
    return 0;
  });
}
