import type { AccountTables } from './accounts.ts';
import type { AdvisoryTables } from './advisories.ts';
import type { BlobTables } from './blobs.ts';
import type { CountTables } from './counts.ts';
import type { GateTables } from './gate.ts';
import type { IdentityTables } from './identity.ts';
import type { LedgerTables } from './ledger.ts';
import type { NotifyTables } from './notify.ts';
import type { MachineTables } from './machines.ts';
import type { OrganisationTables } from './organisations.ts';
import type { PackageTables } from './packages.ts';
import type { PreviewTables } from './previews.ts';
import type { SecondFactorTables } from './second-factors.ts';
import type { SignOnTables } from './sign-on.ts';
import type { StoreTables } from './store.ts';
import type { UpstreamTables } from './upstream.ts';

/**
 * The tables of the SQL adapters, the same on SQLite and PostgreSQL. Times are milliseconds since the epoch; texts
 * that hold JSON are written once by a format and never parsed here.
 */
export interface Schema
  extends
    AccountTables,
    AdvisoryTables,
    BlobTables,
    CountTables,
    GateTables,
    LedgerTables,
    NotifyTables,
    MachineTables,
    OrganisationTables,
    IdentityTables,
    PackageTables,
    PreviewTables,
    SecondFactorTables,
    SignOnTables,
    StoreTables,
    UpstreamTables {}
