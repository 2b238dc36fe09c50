import { Type } from 'typebox';
import { actorOf } from '../../accounts/index.ts';
import type { BlockRow } from '../../registry/index.ts';
import { askerOf } from './access.ts';
import type { ApiParts } from './parts.ts';
import { Time, timeText } from './schemas.ts';
import type { ApiScope } from './scope.ts';

const tags = ['gate'];
const Nullable = (description: string) => Type.Union([Type.String(), Type.Null()], { description });
const Pattern = Type.String({ description: 'A name, or several: `@acme/*`, `acme-*`, `*`.' });
const Range = Nullable('Such as `<1.2.3`; null for every version.');
const Registry = Nullable('By name; null for every registry.');
const Advisory = Nullable('Id of the advisory behind it.');
const Block = Type.Object({
  id: Type.Integer(),
  registry: Registry,
  name: Pattern,
  range: Range,
  reason: Type.String(),
  advisory: Advisory,
  by: Nullable('Who set it; null for the command line.'),
  createdAt: Time,
});

/** Versions that nobody gets, whoever published them. */
export function blockRoutes(app: ApiScope, { blocks }: ApiParts): void {
  app.get(
    '/blocks',
    {
      config: { access: 'administrator' },
      schema: {
        tags,
        summary: 'List the blocks',
        response: { 200: Type.Object({ blocks: Type.Array(Block) }) },
      },
    },
    async () => ({ blocks: (await blocks.list()).map((row) => blockShape(row)) }),
  );

  app.post(
    '/blocks',
    {
      config: { access: 'administrator' },
      schema: {
        tags,
        summary: 'Block versions of a package',
        description: 'They vanish from documents and are refused at their URLs, from the next request on.',
        body: Type.Object({
          registry: Type.Optional(Registry),
          name: Pattern,
          range: Type.Optional(Range),
          reason: Type.String({ description: 'What people are told who ask for it.' }),
          advisory: Type.Optional(Advisory),
        }),
        response: { 201: Block },
      },
    },
    async (request, reply) => {
      const { registry = null, range = null, advisory = null, ...wish } = request.body;
      const row = await blocks.add(actorOf(askerOf(request)), { registry, range, advisory, ...wish });
      return reply.code(201).send(blockShape(row));
    },
  );

  app.delete(
    '/blocks/:id',
    {
      config: { access: 'administrator' },
      schema: {
        tags,
        summary: 'Lift a block',
        params: Type.Object({ id: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }) }),
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      await blocks.remove(actorOf(askerOf(request)), request.params.id);
      return reply.code(204).send(null);
    },
  );
}

function blockShape({ pattern, createdAt, ...row }: BlockRow) {
  return { ...row, name: pattern, createdAt: timeText(createdAt) };
}
