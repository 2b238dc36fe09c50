import { describe, expect, test } from 'vitest';
import { zigRanges } from '../../formats/zig/index.ts';
import { openRules, judge } from '../../policy/index.ts';
import type { BlockRow, RegistryRow } from '../index.ts';
import { blocksOn } from './blocks-on.ts';

const registry = { id: 7, name: 'zig', format: 'zig' } as RegistryRow;
const digest = Buffer.alloc(32, 0xa7);
const legacy = `1220${digest.toString('hex')}`;
const modern = `lib-1.0.0-${Buffer.concat([Buffer.alloc(8), digest.subarray(0, 25)]).toString('base64url')}`;

/** Ids of the blocks that hide a version of an address. */
async function hiding(patterns: (string | Partial<BlockRow>)[], address: string, version = modern) {
  const rows = patterns.map((given, index): BlockRow => {
    const row = {
      id: index,
      registry: 'zig',
      pattern: '',
      range: null,
      reason: 'x',
      advisory: null,
      by: null,
    };
    return { ...row, createdAt: 0, ...(typeof given === 'string' ? { pattern: given } : given) };
  });
  const blocks = { on: () => Promise.resolve(new Map()), list: () => Promise.resolve(rows) };
  const on = (await blocksOn(blocks, zigRanges, registry, [address])).get(address) ?? [];
  return judge({ ...openRules, blocks: on }, { version, time: null }, 0, zigRanges).map(
    (finding) => finding.rule === 'block' && Number(finding.block.id),
  );
}

describe('a block on a mirrored address', () => {
  test('counts whatever the capitals', async () => {
    for (const spelt of ['h/owner/x.tar.gz', 'h/Owner/x.tar.gz', 'h/OWNER/X.tar.gz']) {
      expect(await hiding(['h/owner/*', 'h/Owner/x.tar.gz', 'h/other/*'], spelt)).toEqual([0, 1]);
    }
  });

  test('that has a hash for its name is on that content everywhere, in either form', async () => {
    for (const address of ['h/owner/x.tar.gz', 'h/owner;a=1/x.tar.gz', 'elsewhere/y.tar.gz']) {
      expect(await hiding([modern, legacy], address, modern)).toEqual([0, 1]);
      expect(await hiding([modern, legacy], address, legacy)).toEqual([0, 1]);
    }
    expect(await hiding([modern, legacy], 'h/x.tar.gz', `1220${'0'.repeat(64)}`)).toEqual([]);
  });

  test('of another registry says nothing, one of all registries does', async () => {
    const given = [
      { pattern: modern, registry: 'team-zig' },
      { pattern: modern, registry: null },
    ];
    expect(await hiding(given, 'h/x.tar.gz')).toEqual([1]);
  });
});
