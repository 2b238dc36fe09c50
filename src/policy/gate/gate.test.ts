import {
  array,
  assert,
  boolean,
  constantFrom,
  integer,
  option,
  property,
  record,
  uniqueArray,
} from 'fast-check';
import { describe, expect, test } from 'vitest';
import { npmRanges } from '../../formats/npm/index.ts';
import {
  blockedFault,
  gateRules,
  hiddenFault,
  judge,
  judgeVersions,
  openRules,
  readSpec,
  repairTags,
  wholeBlock,
  type Block,
  type Judgement,
} from './index.ts';

const HOUR = 3_600_000;
const now = Date.parse('2026-11-21T06:00:00Z');
const block = (range: string | null, more: Partial<Block> = {}): Block => ({
  id: '7',
  range,
  reason: 'it steals tokens',
  advisory: null,
  since: now,
  ...more,
});
const cooldown = (hours: number, ...exempt: string[]) => ({ hours, exempt });
const hides = (rules: ReturnType<typeof gateRules>, version: string, time: number | null, at = now) =>
  judge(rules, { version, time }, at, npmRanges).map(({ rule }) => rule);

describe('a cooldown', () => {
  const rules = gateRules('demo', cooldown(72), []);

  test('hides a version until it is old enough, to the millisecond', () => {
    const time = now - 72 * HOUR;
    expect(hides(rules, '1.0.0', time + 1)).toEqual(['cooldown']);
    expect(hides(rules, '1.0.0', time)).toEqual([]);
  });

  test.each([
    ['no time', null],
    ['a time that is none', Number.NaN],
    ['a time beyond all dates', 8.64e15],
    ['a time in the future', now + 1000 * HOUR],
  ])('hides a version with %s', (_, time) => {
    expect(hides(rules, '1.0.0', time)).toEqual(['cooldown']);
  });

  test.each([
    ['demo', '2.0.0', []],
    ['@acme/*', '2.0.0', ['cooldown']],
    ['*', '2.0.0', []],
    ['demo@2.x', '2.0.0', []],
    ['demo@2.x', '1.0.0', ['cooldown']],
    ['demo@not a range', '1.0.0', ['cooldown']],
    ['Demo', '2.0.0', ['cooldown']],
  ])('with the exemption %s hides demo@%s: %j', (exempt, version, expected) => {
    expect(hides(gateRules('demo', cooldown(72, exempt), []), version, now)).toEqual(expected);
  });

  test('of no hours hides nothing', () => {
    expect(gateRules('demo', cooldown(0), [])).toBe(openRules);
    expect(gateRules('demo', null, [])).toBe(openRules);
  });

  test('that leaves the name out hides nothing, and says by which exemption', () => {
    expect(gateRules('@acme/ui', cooldown(72, '@acme/*'), [])).toEqual({
      key: '',
      blocks: [],
      cooldown: { hours: 72, exemptions: [{ text: '@acme/*', range: null }] },
    });
  });
});

describe('a block', () => {
  test.each([
    ['<1.2.0', '1.1.9', true],
    ['<1.2.0', '1.2.0', false],
    ['<1.2.0', '1.2.0-rc.1', true],
    ['1.0.1 || 1.0.3', '1.0.3', true],
    ['1.0.1 || 1.0.3', '1.0.2', false],
    [null, '0.0.0-x', true],
  ])('on %j covers %s: %s', (range, version, covers) => {
    expect(hides(gateRules('demo', null, [block(range)]), version, null)).toEqual(covers ? ['block'] : []);
  });

  test('weighs more than a cooldown, and no exemption lifts it', () => {
    const rules = gateRules('demo', cooldown(72), [block('1.x')]);
    expect(hides(rules, '1.0.0', now)).toEqual(['block', 'cooldown']);
    expect(hides(gateRules('demo', cooldown(72, 'demo'), [block('1.x')]), '1.0.0', now)).toEqual(['block']);
  });

  test('on all versions is found without a version', () => {
    expect(wholeBlock(gateRules('demo', null, [block('1.x')]))).toBeUndefined();
    expect(wholeBlock(gateRules('demo', null, [block('1.x'), block(null)]))).toMatchObject({ range: null });
  });
});

describe('what people are told', () => {
  const [young] = judge(gateRules('demo', cooldown(72), []), { version: '2.0.0', time: now }, now, npmRanges);
  const [undated] = judge(
    gateRules('demo', cooldown(1), []),
    { version: '2.0.0', time: null },
    now,
    npmRanges,
  );
  const [blocked] = judge(
    gateRules('demo', null, [block('2.x', { advisory: 'MAL-2026-1' })]),
    { version: '2.0.0', time: null },
    now,
    npmRanges,
  );
  const told = (finding: typeof young, whole = false) =>
    finding && hiddenFault({ name: 'demo', version: '2.0.0', whole, finding });

  test('names rule, reason and end', () => {
    expect(told(young)).toMatchObject({ code: 'version_hidden', status: 403 });
    expect(told(young)?.message).toMatch(
      /^demo@2\.0\.0 is held back .+ until 2026-11-24T06:00:00\.000Z, 72 hours after .+administrator/,
    );
    expect(told(undated)?.message).toMatch(
      /cooldown of this registry \(1 hour\), for its upstream does not say/,
    );
    expect(told(blocked)?.message).toBe(
      'demo@2.0.0 is blocked here (block 7, MAL-2026-1): it steals tokens. Ask an administrator if you need it.',
    );
    expect(told(blocked, true)?.message).toMatch(
      /^All versions of demo are hidden here, and the newest, 2\.0\.0,/,
    );
    expect(blockedFault('demo', block(null)).message).toMatch(/^demo is blocked here \(block 7\): it steals/);
  });
});

const good = (...versions: string[]) => versions.map((version) => ({ version, deprecated: false }));

const repair = (tags: Record<string, string>, left: ReturnType<typeof good>) =>
  repairTags(tags, 'latest', left, npmRanges);

describe('repaired tags', () => {
  test('lead to the newest good release that is not above the hidden one', () => {
    const left = good('1.8.0', '1.9.0', '1.9.1-rc.1', '3.0.0');
    expect(repair({ latest: '2.0.0', next: '3.0.0' }, left)).toEqual({ latest: '1.9.0', next: '3.0.0' });
  });

  test('lead upwards where nothing is below, and to a deprecated version only if there is no other', () => {
    expect(repair({ latest: '1.0.0' }, good('2.0.0'))).toEqual({ latest: '2.0.0' });
    const left = [...good('1.0.0'), { version: '1.1.0', deprecated: true }];
    expect(repair({ latest: '1.2.0' }, left)).toEqual({ latest: '1.0.0' });
    expect(repair({ latest: '1.2.0' }, left.slice(1))).toEqual({ latest: '1.1.0' });
  });

  test('of another kind go with their version', () => {
    expect(repair({ latest: '1.0.0', beta: '2.0.0-b' }, good('1.0.0'))).toEqual({ latest: '1.0.0' });
    expect(repair({ latest: '1.0.0' }, [])).toEqual({});
  });
});

test.each([
  ['demo', { pattern: 'demo', range: null }],
  ['demo@1.x', { pattern: 'demo', range: '1.x' }],
  ['@acme/ui', { pattern: '@acme/ui', range: null }],
  ['@acme/ui@<2 || 3.0.0', { pattern: '@acme/ui', range: '<2 || 3.0.0' }],
  ['@acme/*', { pattern: '@acme/*', range: null }],
])('%s is read as %j', (text, spec) => {
  expect(readSpec(text)).toEqual(spec);
});

const names = (judgement: Judgement) => [...judgement.hidden.keys()].toSorted();

describe('for any versions and rules', () => {
  const version = record({
    major: integer({ min: 0, max: 3 }),
    minor: integer({ min: 0, max: 3 }),
    pre: boolean(),
  }).map(({ major, minor, pre }) => `${major}.${minor}.0${pre ? '-rc.1' : ''}`);
  const versions = uniqueArray(
    record({
      version,
      time: option(integer({ min: now - 200 * HOUR, max: now + 50 * HOUR })),
      deprecated: boolean(),
    }),
    { selector: (one) => one.version, minLength: 1 },
  );
  const range = constantFrom('1.x', '<2.0.0', '2.1.0 || 2.2.0', '>=3.0.0-rc.1');
  const rules = record({
    hours: integer({ min: 0, max: 100 }),
    exempt: array(
      range.map((text) => `demo@${text}`),
      { maxLength: 1 },
    ),
    blocks: array(
      range.map((text) => block(text)),
      { maxLength: 2 },
    ),
  }).map(({ hours, exempt, blocks }) => gateRules('demo', { hours, exempt }, blocks));

  test('what is shown stays shown, and nothing changes before the end of validity and something at it', () => {
    assert(
      property(versions, rules, integer({ min: 0, max: 300 * HOUR }), (all, on, later) => {
        const today = judgeVersions(on, all, now, npmRanges);
        const then = judgeVersions(on, all, now + later, npmRanges);
        const before = new Set(today.hidden.keys());
        expect(names(then).filter((name) => !before.has(name))).toEqual([]);
        const end = today.validUntil ?? Number.POSITIVE_INFINITY;
        expect(end).toBeGreaterThan(now);
        expect(names(then).length < names(today).length).toBe(now + later >= end);
        const atEnd = judgeVersions(on, all, end, npmRanges);
        expect(atEnd.hidden.size < today.hidden.size).toBe(today.validUntil !== null);
      }),
    );
  });

  test('no tag leads to a hidden version, and there is a default one as long as there is a version', () => {
    assert(
      property(versions, rules, integer({ min: 0, max: 100 }), (all, on, pick) => {
        const { hidden } = judgeVersions(on, all, now, npmRanges);
        const chosen = all[pick % all.length]?.version ?? '';
        const left = all.filter((one) => !hidden.has(one.version));
        const tags = repairTags({ latest: chosen, next: chosen }, 'latest', left, npmRanges);
        expect(Object.values(tags).filter((one) => hidden.has(one))).toEqual([]);
        expect(Object.hasOwn(tags, 'latest')).toBe(left.length > 0);
      }),
    );
  });

  test('rules without a key hide nothing', () => {
    assert(
      property(versions, rules, (all, on) => {
        const { hidden } = judgeVersions({ ...on, key: 'any' }, all, now, npmRanges);
        expect(on.key !== '' || hidden.size === 0).toBe(true);
      }),
    );
  });
});
