import type { Kysely } from 'kysely';
import type { Blocks } from '../../../registry/index.ts';
import type { Writer } from '../commands/index.ts';
import { blocksOn, listBlocks } from '../queries/blocks.ts';
import type { Schema } from '../schema/index.ts';

export function gateBlocksOn(db: Kysely<Schema>, writer: Writer): Blocks {
  return {
    on: (registry, names) => blocksOn(db, registry, names),
    list: () => listBlocks(db),
    add: (command) => writer.run('addBlock', command),
    remove: (command) => writer.run('removeBlock', command),
  };
}
