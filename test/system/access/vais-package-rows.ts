import { vaisForm, vaisFormType, vaisMetadata, vaisTarball } from '../../setup/vais-packages.ts';
import type { Row, Target } from './row.ts';

/** A form with the next version of the target's package. */
async function nextVersion({ name }: Target): Promise<Buffer> {
  const wish = { name, version: '1.1.0' };
  const tarball = await vaisTarball(wish);
  return vaisForm(JSON.stringify(vaisMetadata(wish, tarball)), tarball);
}

/** What the Vais door does with packages, and who may have it done. */
export const vaisPackageRows: Record<string, Row> = {
  'GET /health': { rule: 'open', path: '/health' },
  'POST /packages/publish': {
    rule: 'publisher',
    path: '/packages/publish',
    changes: true,
    headers: () => ({ 'content-type': vaisFormType }),
    body: nextVersion,
    // To whom it is hidden, it is a name that somebody else has.
    visibilities: ['public'],
  },
  'GET /packages/:name': { rule: 'reader', path: ({ name }) => `/packages/${name}` },
  'GET /packages/:name/:version': { rule: 'reader', path: ({ name }) => `/packages/${name}/1.0.0` },
  'POST /packages/:name/:version/yank': {
    rule: 'marker',
    path: ({ name }) => `/packages/${name}/1.0.0/yank`,
    changes: true,
  },
  'POST /packages/:name/:version/unyank': {
    rule: 'marker',
    path: ({ name }) => `/packages/${name}/1.0.0/unyank`,
    changes: true,
  },
  'POST /packages/:name/owners': {
    rule: 'maintainer',
    path: ({ name }) => `/packages/${name}/owners`,
    changes: true,
    body: ({ somebody }) => ({ username: somebody.name }),
  },
  // Somebody who owns nothing: whoever may change the owners is told so.
  'DELETE /packages/:name/owners/:username': {
    rule: 'maintainer',
    path: ({ name, somebody }) => `/packages/${name}/owners/${somebody.name}`,
    changes: true,
    ok: [404],
  },
};
