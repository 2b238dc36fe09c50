import { sql, type Kysely, type RawBuilder, type SqlBool } from 'kysely';
import { matchesName, type Block } from '../../../policy/index.ts';
import type { BlockRow, RegistryRow } from '../../../registry/index.ts';
import type { Schema } from '../schema/index.ts';

export async function blocksOn(
  db: Kysely<Schema>,
  registry: Pick<RegistryRow, 'id' | 'format'>,
  names: string[],
): Promise<Map<string, Block[]>> {
  const rows = await db
    .selectFrom('blocks')
    .select(['id', 'pattern', 'version_range', 'reason', 'advisory', 'created_at'])
    .where(({ or, eb }) => or([eb('pattern', 'in', names), eb('wide', '=', 1)]))
    .where(({ or, eb }) => or([eb('registry_id', 'is', null), eb('registry_id', '=', registry.id)]))
    .orderBy('id')
    .execute();
  const found = new Map<string, Block[]>();
  for (const name of names) {
    const blocks = rows.filter(({ pattern }) => matchesName(pattern, name));
    if (blocks.length > 0) found.set(name, blocks.map(blockFrom));
  }
  return found;
}

/**
 * Condition on `packages` of a registry: no block covers every version, so that what nobody may have is not counted either. It is
 * `matchesName` once more. Blocks of some versions need the format's grammar and are judged later.
 */
export function isUnblocked(registryId: number): RawBuilder<SqlBool> {
  return sql`not exists (select 1 from blocks
    where blocks.version_range is null and (blocks.registry_id is null or blocks.registry_id = ${registryId})
    and (blocks.pattern = packages.name or (blocks.wide = 1
      and substr(packages.name, 1, length(blocks.pattern) - 1) = substr(blocks.pattern, 1, length(blocks.pattern) - 1))))`;
}

function blockFrom(row: {
  id: number;
  version_range: string | null;
  reason: string;
  advisory: string | null;
  created_at: number;
}): Block {
  const { id, version_range: range, reason, advisory, created_at: since } = row;
  return { id: String(id), range, reason, advisory, since };
}

export async function listBlocks(db: Kysely<Schema>): Promise<BlockRow[]> {
  return blockRows(db).orderBy('blocks.id').execute();
}

export async function findBlock(db: Kysely<Schema>, id: number): Promise<BlockRow | undefined> {
  return blockRows(db).where('blocks.id', '=', id).executeTakeFirst();
}

function blockRows(db: Kysely<Schema>) {
  return db
    .selectFrom('blocks')
    .leftJoin('registries', 'registries.id', 'blocks.registry_id')
    .select([
      'blocks.id',
      'registries.name as registry',
      'blocks.pattern',
      'blocks.version_range as range',
      'blocks.reason',
      'blocks.advisory',
      'blocks.created_by as by',
      'blocks.created_at as createdAt',
    ]);
}
