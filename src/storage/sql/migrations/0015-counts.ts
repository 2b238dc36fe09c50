import { sql, type Kysely } from 'kysely';
import type { Capabilities } from '../capabilities.ts';

/** Numbers by name, for releases and previews together, and versions that are asked for and not there. */
export async function counts(db: Kysely<unknown>, { types: { text } }: Capabilities): Promise<void> {
  const ofName = `registry_id bigint not null references registries (id), name ${text} not null`;
  const statements = [
    `create table preview_downloads (
      ${ofName}, label ${text} not null, day bigint not null, count bigint not null,
      primary key (registry_id, name, label, day))`,
    `create index preview_downloads_by_day on preview_downloads (registry_id, name, day)`,
    `create table version_downloads (
      ${ofName}, preview integer not null, version ${text} not null, downloads bigint not null,
      primary key (registry_id, name, preview, version))`,
    `create table name_downloads (
      ${ofName}, downloads bigint not null, last_at bigint, primary key (registry_id, name))`,
    `create index name_downloads_by_number on name_downloads (registry_id, downloads desc, name)`,
    `create table registry_downloads (
      registry_id bigint not null references registries (id), day bigint not null, count bigint not null,
      primary key (registry_id, day))`,
    `create table missing_versions (
      ${ofName}, version ${text} not null, requests bigint not null, last_at bigint not null,
      primary key (registry_id, name, version))`,
    `create index missing_versions_by_age on missing_versions (last_at)`,
    `create table count_batches (id ${text} primary key, at bigint not null)`,
    `create index count_batches_by_age on count_batches (at)`,

    `insert into version_downloads
      select packages.registry_id, packages.name, 0, versions.version, sum(downloads.count)
      from downloads
      join versions on versions.id = downloads.version_id
      join packages on packages.id = downloads.package_id
      group by packages.registry_id, packages.name, versions.version`,
    // Nobody wrote down when on its last day a package was downloaded: that day's beginning is near enough.
    `insert into name_downloads
      select packages.registry_id, packages.name, sum(downloads.count), max(downloads.day) * 86400000
      from downloads join packages on packages.id = downloads.package_id
      group by packages.registry_id, packages.name`,
    `insert into registry_downloads
      select packages.registry_id, downloads.day, sum(downloads.count)
      from downloads join packages on packages.id = downloads.package_id
      group by packages.registry_id, downloads.day`,
    `alter table packages drop column downloads`,
  ];
  for (const statement of statements) await sql.raw(statement).execute(db);
}
