import { theServer } from '../../../src/ledger/index.ts';
import { packageTarball } from '../../setup/publish.ts';
import type { Row, Target } from './row.ts';

const SHA = 'a832a55d7cb1cbf3e4d0b8a5c1f2e3d4c5b6a798';
const OTHER_SHA = 'b943b66e8dc2dcf4f5e1c9b6d2e3f4e5d6c7b809';

/** Makes a preview of the package. */
async function preview({ world, name }: Target): Promise<void> {
  const { store, blobs, catalogue } = world.kontor;
  const [registry] = await catalogue.registries();
  const key = `commits/${SHA}/${name}/preview.tgz`;
  const staged = await blobs.stage();
  await staged.write(Buffer.from('an archive'));
  const digests = await staged.finish();
  await staged.promote(key);
  await staged.discard();
  await store.previews.publish({
    registryId: registry?.id ?? 0,
    sha: SHA,
    repository: null,
    packages: [
      {
        ...digests,
        name,
        version: null,
        packageDir: null,
        restricted: false,
        key,
        event: {
          type: 'preview.publish',
          at: 1,
          actor: theServer,
          registry: 'npm',
          package: name,
          version: null,
          detail: {},
        },
      },
    ],
    cursors: [],
    run: null,
    publisherId: null,
    publishedBy: null,
    overrideOwnership: true,
    goneUntil: -1,
    at: Date.now(),
  });
}

/** The path of what belongs to a preview of the package. */
function ofPreview(rest: string) {
  return async (target: Target): Promise<string> => {
    await preview(target);
    return `/commits/${SHA.slice(0, 7)}/${target.encoded}${rest}`;
  };
}

/** Routes of the pantry door by method and path, and who may use them. */
export const pantryRows: Record<string, Row> = {
  'GET /packages/:name': { rule: 'reader', path: ({ encoded }) => `/packages/${encoded}` },
  'GET /packages/:name/:version': { rule: 'reader', path: ({ encoded }) => `/packages/${encoded}/1.0.0` },
  // An empty list is what there is of a package that nobody may know of; see the tests of the door.
  'GET /packages/:name/versions': { rule: 'anybody', path: ({ encoded }) => `/packages/${encoded}/versions` },
  'GET /search': { rule: 'anybody', path: '/search?q=demo' },
  'POST /publish': {
    rule: 'pantryPublisher',
    path: '/publish',
    body: async ({ name }) => ({
      metadata: { name, version: '2.0.0' },
      tarball: (await packageTarball(name, '2.0.0')).toString('base64'),
    }),
    changes: true,
    // As at the npm door.
    visibilities: ['public'],
  },
  'GET /packages/:name/:version/tarball': {
    rule: 'reader',
    path: ({ encoded }) => `/packages/${encoded}/1.0.0/tarball`,
  },
  // Nobody has downloaded it; what a stranger gets is compared in hidden.test.ts.
  'GET /analytics': { rule: 'anybody', path: '/analytics' },
  'GET /analytics/top': { rule: 'anybody', path: '/analytics/top?limit=100' },
  'GET /analytics/:name': { rule: 'anybody', path: ({ encoded }) => `/analytics/${encoded}`, ok: [200, 404] },
  'GET /analytics/:name/timeline': {
    rule: 'anybody',
    path: ({ encoded }) => `/analytics/${encoded}/timeline`,
  },
  'GET /analytics/:name/requested-versions': {
    rule: 'anybody',
    path: ({ encoded }) => `/analytics/${encoded}/requested-versions`,
  },
  'POST /publish/commit': {
    rule: 'pantryPublisher',
    path: '/publish/commit',
    body: async ({ name }) => {
      const tarball = (await packageTarball(name, '2.0.0')).toString('base64');
      return { sha: OTHER_SHA, name, tarball };
    },
    changes: true,
    // To whom it is hidden, it is a name that somebody else has.
    visibilities: ['public'],
  },
  // Others' packages are of the same commit: who sees what of it is in previews.test.ts.
  'GET /commits/:sha': { rule: 'anybody', path: `/commits/${SHA}`, ok: [200, 404] },
  'GET /commits/:sha/:name': { rule: 'reader', path: ofPreview('') },
  'GET /commits/:sha/:name/tarball': { rule: 'reader', path: ofPreview('/tarball') },
  'GET /~/:address': {
    rule: 'reader',
    path: async (target) => {
      await preview(target);
      return `/~/${encodeURIComponent(`${target.name}@${SHA}`)}`;
    },
  },
  'GET /*': { rule: 'open', path: '/nothing/at/all', ok: [404] },
};
