import type { Row, Target } from './row.ts';
import { vaisAuthRows } from './vais-auth-rows.ts';
import { vaisListingRows } from './vais-listing-rows.ts';
import { vaisPackageRows } from './vais-package-rows.ts';

/** Routes of the Vais door by method and path, and who may use them; each is there below `/api/v1` too. */
export const vaisRows: Record<string, Row> = {
  ...atBothBases(vaisAuthRows),
  ...atBothBases(vaisPackageRows),
  ...atBothBases(vaisListingRows),
  'GET /*': { rule: 'open', path: '/nothing/at/all', ok: [404] },
};

function atBothBases(rows: Record<string, Row>): Record<string, Row> {
  const below = Object.entries(rows).map(([route, row]): [string, Row] => {
    const { path } = row;
    return [
      route.replace(' ', ' /api/v1'),
      {
        ...row,
        // The same handlers: what they make of visibilities is seen above.
        visibilities: ['public'],
        path:
          typeof path === 'string'
            ? `/api/v1${path}`
            : async (target: Target) => `/api/v1${await path(target)}`,
      },
    ];
  });
  return { ...rows, ...Object.fromEntries(below) };
}
