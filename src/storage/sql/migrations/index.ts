import type { Migration, MigrationProvider } from 'kysely/migration';
import type { Capabilities } from '../capabilities.ts';
import { foundation } from './0001-foundation.ts';
import { npmWhole } from './0002-npm-whole.ts';
import { webLogins } from './0003-web-logins.ts';
import { actors } from './0004-actors.ts';
import { identity } from './0005-identity.ts';
import { tokenLimits } from './0006-token-limits.ts';
import { versionStates } from './0007-version-states.ts';
import { organisations } from './0008-organisations.ts';
import { secondFactors } from './0009-second-factors.ts';
import { machines } from './0010-machines.ts';
import { notify } from './0011-notify.ts';
import { intake } from './0012-intake.ts';
import { contentHashes } from './0013-content-hashes.ts';
import { previews } from './0014-previews.ts';
import { counts } from './0015-counts.ts';
import { previewCursors } from './0016-preview-cursors.ts';
import { yanks } from './0017-yanks.ts';
import { registryRevisions } from './0018-registry-revisions.ts';

const migrations = {
  '0001-foundation': foundation,
  '0002-npm-whole': npmWhole,
  '0003-web-logins': webLogins,
  '0004-actors': actors,
  '0005-identity': identity,
  '0006-token-limits': tokenLimits,
  '0007-version-states': versionStates,
  '0008-organisations': organisations,
  '0009-second-factors': secondFactors,
  '0010-machines': machines,
  '0011-notify': notify,
  '0012-intake': intake,
  '0013-content-hashes': contentHashes,
  '0014-previews': previews,
  '0015-counts': counts,
  '0016-preview-cursors': previewCursors,
  '0017-yanks': yanks,
  '0018-registry-revisions': registryRevisions,
};

/** The schema's history for one database. Names never change and are never taken out. */
export function migrationsFor(capabilities: Capabilities): MigrationProvider {
  return {
    getMigrations: () =>
      Promise.resolve(
        Object.fromEntries(
          Object.entries(migrations).map(([name, up]): [string, Migration] => [
            name,
            { up: (db) => up(db, capabilities) },
          ]),
        ),
      ),
  };
}
