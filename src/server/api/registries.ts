import { Type } from 'typebox';
import type { ApiParts } from './parts.ts';
import { Time, timeText } from './schemas.ts';
import type { ApiScope } from './scope.ts';

const Registry = Type.Object({
  name: Type.String(),
  format: Type.String({ description: 'What kind of packages it holds, such as `npm`.' }),
  createdAt: Time,
});

/** The spaces of packages. */
export function registryRoutes(app: ApiScope, { catalogue }: ApiParts): void {
  app.get(
    '/registries',
    {
      config: { access: 'user' },
      schema: {
        tags: ['registries'],
        summary: 'List the registries',
        response: { 200: Type.Object({ registries: Type.Array(Registry) }) },
      },
    },
    async () => {
      const rows = await catalogue.registries();
      return {
        registries: rows.map(({ name, format, createdAt }) => ({
          name,
          format,
          createdAt: timeText(createdAt),
        })),
      };
    },
  );
}
