import { beforeEach, describe, expect, test } from 'vitest';
import { npmRanges } from '../../formats/npm/index.ts';
import { theCommandLine } from '../../ledger/index.ts';
import type { AddBlockCommand, RegistryRow } from '../index.ts';
import { BlockKeeper, type BlockWish } from './block-keeper.ts';

describe('whoever sets a block', () => {
  let added: AddBlockCommand[];
  let keeper: BlockKeeper;
  beforeEach(() => {
    added = [];
    keeper = new BlockKeeper(
      { registries: () => Promise.resolve([{ id: 7, name: 'npm', format: 'npm' } as RegistryRow]) },
      {
        on: () => Promise.reject(new Error('not asked for')),
        list: () => Promise.resolve([]),
        remove: () => Promise.reject(new Error('not asked for')),
        add: (command) => {
          added.push(command);
          return Promise.resolve({ id: 1, registry: null, by: null, createdAt: 0, ...command });
        },
      },
      new Map([['npm', npmRanges]]),
      () => 5,
    );
  });
  const add = (wish: Partial<BlockWish>) =>
    keeper.add(theCommandLine, {
      name: 'demo',
      range: null,
      reason: 'it steals tokens',
      advisory: null,
      registry: null,
      ...wish,
    });

  test('names a registry or all, and the block is told of', async () => {
    await add({ registry: 'npm', range: '<2', reason: ' why \t'.trimEnd(), advisory: 'MAL-2026-1' });
    expect(added).toMatchObject([
      {
        registryId: 7,
        pattern: 'demo',
        range: '<2',
        reason: 'why',
        advisory: 'MAL-2026-1',
        event: { type: 'gate.block', at: 5, registry: 'npm', package: 'demo' },
      },
    ]);
    await add({});
    expect(added[1]).toMatchObject({ registryId: null, event: { registry: null } });
  });

  test.each<[string, Partial<BlockWish>, string]>([
    ['a registry that is not there', { registry: 'nowhere' }, 'registry_not_found'],
    ['no name', { name: '' }, 'bad_request'],
    ['a star in the middle', { name: 'a*b' }, 'bad_request'],
    ['a name with a NUL', { name: 'a\u0000' }, 'bad_request'],
    ['half a character', { name: 'a\ud800' }, 'bad_request'],
    ['an endless name', { name: 'a'.repeat(215) }, 'bad_request'],
    ['no range', { range: 'latest' }, 'bad_request'],
    ['a blank range', { range: ' ' }, 'bad_request'],
    ['an endless range', { range: '1.0.0 ||'.repeat(100) }, 'bad_request'],
    ['no reason', { reason: '  ' }, 'bad_request'],
    ['a reason of two lines', { reason: 'a\nb' }, 'bad_request'],
    ['an advisory that is a sentence', { advisory: 'it is bad' }, 'bad_request'],
  ])('is told when it has %s', async (_, wish, code) => {
    await expect(add(wish)).rejects.toMatchObject({ code });
    expect(added).toEqual([]);
  });
});
