import { isoTime } from '../kernel/index.ts';
import { withKontor, type Context } from './context.ts';
import { json, table } from './table.ts';

export function registryList(context: Context, options: { json?: boolean }): Promise<number> {
  return withKontor(context, async ({ catalogue }) => {
    const rows = (await catalogue.registries()).map(({ name, format, createdAt }) => ({
      name,
      format,
      path: `/${name}/`,
      createdAt: isoTime(createdAt),
    }));
    context.io.out(
      options.json
        ? json(rows)
        : table([
            ['NAME', 'FORMAT', 'PATH', 'CREATED'],
            ...rows.map(({ name, format, path, createdAt }) => [name, format, path, createdAt]),
          ]),
    );
    return 0;
  });
}
