import { sql, type Kysely } from 'kysely';
import type { Capabilities } from '../capabilities.ts';

/** Branches and pull requests of each publisher by itself: nobody stands in another's way. */
export async function previewCursors(db: Kysely<unknown>, { types: { text } }: Capabilities): Promise<void> {
  const statements = [
    `create table preview_cursors_by_holder (
      registry_id bigint not null references registries (id), name ${text} not null, owner ${text} not null,
      repo ${text} not null, ref ${text} not null, holder bigint not null default 0, sha ${text} not null, run bigint,
      moved_at bigint not null, primary key (registry_id, name, owner, repo, ref, holder))`,
    `insert into preview_cursors_by_holder (registry_id, name, owner, repo, ref, holder, sha, run, moved_at)
      select c.registry_id, c.name, c.owner, c.repo, c.ref,
        case when packages.id is null then coalesce(previews.publisher_id, 0) else 0 end, c.sha, c.run, c.moved_at
      from preview_cursors as c
      join previews on previews.registry_id = c.registry_id and previews.name = c.name and previews.sha = c.sha
      left join packages on packages.registry_id = c.registry_id and packages.name = c.name
        and packages.origin = 'local'`,
    `drop table preview_cursors`,
    `alter table preview_cursors_by_holder rename to preview_cursors`,
  ];
  for (const statement of statements) await sql.raw(statement).execute(db);
}
