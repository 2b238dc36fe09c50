import type { Generated } from 'kysely';
import type { VersionState } from '../../../registry/index.ts';
import type { OrganisationRole } from '../../../accounts/index.ts';
import type { PublishSetting, Visibility } from '../../../policy/index.ts';

export interface PackageTables {
  registries: RegistriesTable;
  registry_revisions: RegistryRevisionsTable;
  registry_policies: RegistryPoliciesTable;
  name_claims: NameClaimsTable;
  registry_members: RegistryMembersTable;
  scopes: ScopesTable;
  packages: PackagesTable;
  versions: VersionsTable;
  staged_versions: StagedVersionsTable;
  tags: TagsTable;
  owners: OwnersTable;
  team_grants: TeamGrantsTable;
  package_transfers: PackageTransfersTable;
  stars: StarsTable;
  attestations: AttestationsTable;
  content_hashes: ContentHashesTable;
  package_search: PackageSearchTable;
  package_texts: PackageTextsTable;
  package_categories: PackageCategoriesTable;
}

interface RegistriesTable {
  id: Generated<number>;
  name: string;
  format: string;
  visibility: Generated<Visibility>;
  publish: Generated<PublishSetting>;
  /** Whose members have their roles here too. */
  organisation_id: Generated<number | null>;
  /** Raised by every change of what the registry lets in: see `raisePolicy`. */
  policy_revision: Generated<number>;
  created_at: number;
}

/** Registries with a document on all their packages; triggers raise the revision: see `Capabilities.packageChanges`. */
interface RegistryRevisionsTable {
  registry_id: number;
  revision: number;
}

/** What was set for a registry; one without a row has the defaults. */
interface RegistryPoliciesTable {
  registry_id: number;
  /** JSON of what is not as by default in its `RegistryPolicy`. */
  body: string;
  updated_at: number;
}

/** Names that are ours although nothing may have been published under them yet; `claimed_by` and `via` as in `Actor`. */
interface NameClaimsTable {
  registry_id: number;
  pattern: string;
  reason: string | null;
  claimed_by: string | null;
  via: string;
  created_at: number;
}

interface RegistryMembersTable {
  registry_id: number;
  user_id: number;
  role: OrganisationRole;
  since: number;
}

/** Scopes in which something was published here; `lookalike` is the same for two that people take for one. */
interface ScopesTable {
  registry_id: number;
  scope: string;
  lookalike: string;
}

interface PackagesTable {
  id: Generated<number>;
  registry_id: number;
  name: string;
  origin: 'local' | 'upstream';
  revision: number;
  history: Generated<number>;
  visibility: Generated<Visibility>;
  /** That owns it, beside or instead of users. */
  organisation_id: Generated<number | null>;
  created_at: number;
  updated_at: number;
  removed_at: Generated<number | null>;
  /** 1: versions come from trusted publishers only. */
  trusted_only: Generated<number>;
  /**
   * Of a claimed name that waits for its first version: who may bring it, whoever may publish new names or only its owner. Null
   * everywhere else.
   */
  awaits: Generated<'anyone' | 'owner' | null>;
  /** The revision of its registry that its last change led to; set by triggers, null where nobody counts. */
  registry_revision: Generated<number | null>;
}

/** A removed version keeps its row, so that its number stays taken; its artifacts are gone. */
interface VersionsTable {
  id: Generated<number>;
  package_id: number;
  version: string;
  version_key: string;
  manifest: string;
  summary: string;
  readme: string | null;
  /** What it is found by: see `SearchText`; keywords separated by blanks. */
  description: Generated<string>;
  keywords: Generated<string>;
  /** JSON list; null for formats that know none. */
  categories: Generated<string | null>;
  publisher_id: number | null;
  published_at: number;
  deprecated: Generated<string | null>;
  /** Since when nobody is to choose it any more who does not have it locked; null: it is not yanked. */
  yanked_at: Generated<number | null>;
  /** Only what is published shows anywhere. */
  state: Generated<VersionState>;
  removed_at: Generated<number | null>;
  /** When the upstream published it, as the upstream says; null if it does not say, and for versions of our own. */
  upstream_time: Generated<number | null>;
  /** Base URL of the upstream that it is from; null for versions of our own, and for those from before there could be several. */
  upstream: Generated<string | null>;
  /** Since when the upstream does not list it any more. */
  vanished_at: Generated<number | null>;
  /** When somebody last asked for it, more or less; null but for what is stored of an upstream's package. */
  used_at: Generated<number | null>;
  /** Of its files; null likewise. */
  cached_bytes: Generated<number | null>;
}

/** What the approval of a version is to do; the row goes with the decision. */
interface StagedVersionsTable {
  id: string;
  version_id: number;
  registry_id: number;
  /** JSON list of the tags that it asks for. */
  tags: string;
  fallback_tag: string | null;
  visibility: Visibility | null;
  /** Name of whoever staged it, and how they authenticated: see `Actor`. */
  staged_by: string | null;
  via: string;
  created_at: number;
}

interface TagsTable {
  package_id: number;
  tag: string;
  version_id: number;
  updated_at: number;
}

interface OwnersTable {
  package_id: number;
  user_id: number;
  since: number;
}

interface StarsTable {
  package_id: number;
  user_id: number;
  since: number;
}

interface AttestationsTable {
  version_id: number;
  predicate_type: string;
  bundle: string;
}

/** Both forms of what a Zig package's content hashes to; several versions may have the same content. */
interface ContentHashesTable {
  version_id: number;
  hash: string;
}

/** One row a package that can be found; full-text indexed in the way of the database. `rowid` is the package's id. */
interface PackageSearchTable {
  rowid: number;
  /** Every word of name, description and keywords once, in lower case, separated by blanks. */
  words: string;
  /** In lower case, each between blanks. */
  keywords: string;
}

/** Packages whose format has categories: name, description and keywords in lower case, a line each. */
interface PackageTextsTable {
  package_id: number;
  text: string;
}

/** In lower case. */
interface PackageCategoriesTable {
  package_id: number;
  category: string;
}

interface TeamGrantsTable {
  package_id: number;
  team_id: number;
  access: 'read' | 'write';
  since: number;
}

/** A package that its owners want to hand over; one of the two targets is set. */
interface PackageTransfersTable {
  package_id: number;
  to_user_id: number | null;
  to_organisation_id: number | null;
  /** Who offered it; null for the command line. Their right is looked at again when it is accepted. */
  offered_by: number | null;
  created_at: number;
  expires_at: number;
}
