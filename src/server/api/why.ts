import { Type } from 'typebox';
import { whyShape } from '../../registry/index.ts';
import { askerOf } from './access.ts';
import { Name } from './organisation-shapes.ts';
import type { ApiParts } from './parts.ts';
import { Time } from './schemas.ts';
import type { ApiScope } from './scope.ts';

const Text = Type.Union([Type.String(), Type.Null()]);
const Moment = Type.Union([Time, Type.Null()]);
const Hidden = {
  version: Type.String(),
  published: Moment,
  findings: Type.Array(
    Type.Object({
      rule: Type.Union([Type.Literal('block'), Type.Literal('cooldown')]),
      text: Type.String({ description: 'Goes behind the name of the version.' }),
      block: Type.Union([Type.String(), Type.Null()], { description: 'The id of the block, if it is one.' }),
      until: Type.Union([Time, Type.Null()], { description: 'From then on it is not hidden by this.' }),
    }),
    { description: 'Everything that hides it, what weighs most first.' },
  ),
};
const Answer = Type.Object({
  registry: Type.String(),
  name: Type.String(),
  origin: Type.Union([Type.Literal('local'), Type.Literal('upstream'), Type.Null()], {
    description: 'Null for a name that is blocked as a whole: then nothing was looked up.',
  }),
  cooldown: Type.Union([
    Type.Object({ hours: Type.Number(), exemptions: Type.Array(Type.String()) }),
    Type.Null(),
  ]),
  blocks: Type.Array(
    Type.Object({ id: Type.String(), range: Text, reason: Type.String(), advisory: Text, since: Time }),
  ),
  versions: Type.Integer({ description: 'How many there are, hidden ones included.' }),
  hidden: Type.Array(Type.Object(Hidden), { description: 'Newest first.' }),
  latest: Type.Object({ published: Text, shown: Text }),
  asked: Type.Union([
    Type.Object({ ...Hidden, exists: Type.Boolean(), exemptions: Type.Array(Type.String()) }),
    Type.Null(),
  ]),
});

/** Why a version is not to be had. */
export function whyRoutes(app: ApiScope, { registries, why }: ApiParts): void {
  app.get(
    '/registries/:registry/why/:name',
    {
      config: { access: 'user' },
      schema: {
        tags: ['gate'],
        summary: 'Explain which versions of a package are hidden, and why',
        params: Type.Object({
          registry: Name,
          name: Type.String({ maxLength: 214, description: 'Percent-encoded: `@acme%2fdemo`.' }),
        }),
        querystring: Type.Object({
          version: Type.Optional(Type.String({ maxLength: 256, description: 'Or a tag.' })),
        }),
        response: { 200: Answer },
      },
    },
    async (request) => {
      const asker = askerOf(request);
      const { registry, name } = request.params;
      const { version = null } = request.query;
      return whyShape(await why.ask(await registries.see(asker, registry), name, version, asker));
    },
  );
}
