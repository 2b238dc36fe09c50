import { beforeEach, describe, expect, test } from 'vitest';
import { Claims } from './claims.ts';
import { defaultPolicy } from './default-policy.ts';
import type { NameClaim, RegistryRow } from './ports/index.ts';
import { npmRegistry as registry } from '../../test/setup/rows.ts';

const other: RegistryRow = { ...registry, id: 8, name: 'team' };
const claim = (pattern: string): NameClaim => ({
  pattern,
  reason: null,
  by: { name: 'anna', via: 'token:1' },
  at: 1,
});

describe('claims of a registry', () => {
  let rows: NameClaim[];
  let settings: string[];
  let reads: number;
  let claims: Claims;
  beforeEach(() => {
    rows = [];
    settings = [];
    reads = 0;
    claims = new Claims(
      {
        claims: async (id) => {
          reads += 1;
          return id === registry.id ? rows : [claim('@team/*')];
        },
        ownAmong: async (ids, names) =>
          new Set(names.filter((name) => ids.some((id) => name.startsWith(`own${id}`)))),
        ofFormat: async () => [registry, other].map((row) => ({ registry: row, policyRevision: 1 })),
      },
      { of: async () => ({ ...defaultPolicy, claims: settings }) },
    );
  });
  const on = async (name: string, revision = 1) => (await claims.on(registry, name, revision))?.pattern;

  test('cover exactly their name, and a pattern whatever begins so', async () => {
    rows = [claim('left-pad'), claim('@acme/*')];
    expect(await on('left-pad')).toBe('left-pad');
    expect(await on('left-padding')).toBeUndefined();
    expect(await on('@acme/ui')).toBe('@acme/*');
    expect(await on('@acmee/ui')).toBeUndefined();
  });

  test('cover whatever the capitals, as they were written', async () => {
    settings = ['@Acme/*'];
    rows = [claim('Left-Pad')];
    expect(await on('@acme/ui')).toBe('@Acme/*');
    expect(await on('@ACME/ui')).toBe('@Acme/*');
    expect(await on('left-pad')).toBe('Left-Pad');
  });

  test('that say the most about a name win: itself, then the longest pattern, then what somebody claimed', async () => {
    settings = ['acme-*', 'a*', 'acme-ui-*'];
    rows = [claim('acme-ui-kit'), claim('acme-*')];
    expect(await on('acme-ui-kit')).toBe('acme-ui-kit');
    expect(await on('acme-ui-box')).toBe('acme-ui-*');
    expect(await on('another')).toBe('a*');
    expect(await claims.on(registry, 'acme-x', 1)).toEqual({ pattern: 'acme-*', claim: claim('acme-*') });
    expect(await claims.on(registry, 'abc', 1)).toEqual({ pattern: 'a*', claim: null });
  });

  test('are read once for each policy revision, and an old revision that comes late displaces nothing', async () => {
    expect(await on('demo', 3)).toBeUndefined();
    await on('other', 3);
    expect(reads).toBe(1);
    rows = [claim('demo')];
    expect(await on('demo', 4)).toBe('demo');
    await on('demo', 3);
    await on('demo', 4);
    expect(reads).toBe(3);
  });

  test('and what is owned are no names for an upstream to hear', async () => {
    rows = [claim('@acme/*')];
    expect(await claims.foreign(registry, ['own7', 'own8', 'react', '@acme/ui'], 1)).toEqual([
      'own8',
      'react',
    ]);
  });

  test('of other registries are none either, where a name may be from any of them', async () => {
    rows = [claim('@acme/*')];
    const names = ['own7', 'own8', 'react', '@acme/ui', '@team/ui'];
    expect(await claims.foreign(registry, names, 1)).toEqual(['own8', 'react', '@team/ui']);
    expect(await claims.foreignToAll('npm', names)).toEqual(['react']);
  });
});
