import { zigTarball } from '../../setup/zig-packages.ts';
import type { Row, Target } from './row.ts';

const BOUNDARY = 'kontor-boundary';

/** A form with the next version of the target's package. */
async function nextVersion({ name }: Target): Promise<Buffer> {
  const tarball = await zigTarball({ name: name.replaceAll('-', '_'), version: '1.1.0' });
  const head =
    `--${BOUNDARY}\r\nContent-Disposition: form-data; name="tarball"; filename="x.tar.gz"\r\n` +
    'Content-Type: application/gzip\r\n\r\n';
  return Buffer.concat([Buffer.from(head), tarball, Buffer.from(`\r\n--${BOUNDARY}--\r\n`)]);
}

/** Routes of the Zig door by method and path, and who may use them. */
export const zigRows: Record<string, Row> = {
  'GET /packages/:name': { rule: 'reader', path: ({ name }) => `/packages/${name}` },
  'GET /packages/:name/versions': {
    rule: 'anybody',
    path: ({ name }) => `/packages/${name}/versions`,
  },
  'GET /packages/:name/:version': { rule: 'reader', path: ({ name }) => `/packages/${name}/1.0.0` },
  'GET /packages/:name/:version/tarball': {
    rule: 'reader',
    path: ({ name }) => `/packages/${name}/1.0.0/tarball`,
  },
  'GET /hash/:hash': { rule: 'reader', path: ({ world, name }) => `/hash/${world.hashOf(name)}` },
  'GET /mirror/:hash/*': {
    rule: 'anybody',
    path: `/mirror/N-V-${'A'.repeat(44)}/example.com/x.tar.gz`,
    ok: [404],
  },
  'GET /search': { rule: 'anybody', path: '/search?q=demo' },
  'POST /publish': {
    rule: 'pantryPublisher',
    path: '/publish',
    changes: true,
    headers: () => ({ 'content-type': `multipart/form-data; boundary=${BOUNDARY}` }),
    body: nextVersion,
    // To whom it is hidden, it is a name that somebody else has.
    visibilities: ['public'],
  },
  'DELETE /packages/:name': {
    rule: 'remover',
    path: ({ name }) => `/packages/${name}`,
    changes: true,
  },
  'GET /*': { rule: 'open', path: '/nothing/at/all', ok: [404] },
};
