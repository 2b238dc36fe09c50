import { Type } from 'typebox';
import type { ApiParts } from './parts.ts';
import type { ApiScope } from './scope.ts';

const Count = Type.Integer({ minimum: 0 });
const kept = (description: string) =>
  Type.Object({ packages: Count, versions: Count, files: Count, bytes: Count }, { description });
const Report = Type.Object({
  registries: Type.Array(
    Type.Object({
      registry: Type.String(),
      owned: kept('Packages that were published here.'),
      cached: kept('What was pulled from upstreams, and can be pulled again.'),
      previews: Type.Object({ count: Count, bytes: Count }, { description: 'Of commits, for a while.' }),
      documents: Type.Object(
        { count: Count, bytes: Count },
        { description: 'What upstreams said about packages.' },
      ),
    }),
  ),
  stored: Type.Object(
    { files: Count, bytes: Count },
    { description: 'Files in the storage; the same bytes are stored once.' },
  ),
  cache: Type.Object(
    {
      bytes: Count,
      cap: Type.Union([Count, Type.Null()], {
        description: '`KONTOR_UPSTREAM_CACHE_BYTES`; null: any number.',
      }),
    },
    { description: 'What was pulled from upstreams, with their documents, over all registries.' },
  ),
});

/** What takes room. */
export function storageRoutes(app: ApiScope, { storageUse }: ApiParts): void {
  app.get(
    '/storage',
    {
      config: { access: 'administrator' },
      schema: {
        tags: ['storage'],
        summary: 'Tell what takes room',
        description: 'What is owned here and what is cached of upstreams, apart. Reads whole tables.',
        response: { 200: Report },
      },
    },
    () => storageUse(),
  );
}
