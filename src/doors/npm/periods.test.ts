import { describe, expect, test } from 'vitest';
import { isFault } from '../../kernel/index.ts';
import { dayText } from '../../registry/index.ts';
import { readPeriod } from './periods.ts';

const now = Date.UTC(2026, 2, 1, 23, 59);

function shown(text: string): string {
  const { first, last } = readPeriod(text, now);
  return `${dayText(first)}:${dayText(last)}`;
}

describe('A period of download counts', () => {
  test('by name ends today', () => {
    expect(shown('last-day')).toBe('2026-03-01:2026-03-01');
    expect(shown('last-week')).toBe('2026-02-23:2026-03-01');
    expect(shown('last-month')).toBe('2026-01-31:2026-03-01');
    expect(shown('last-year')).toBe('2025-03-02:2026-03-01');
  });

  test('is a day, or two days, both inclusive', () => {
    expect(shown('2024-02-29')).toBe('2024-02-29:2024-02-29');
    expect(shown('2025-12-31:2026-01-01')).toBe('2025-12-31:2026-01-01');
    expect(shown('1000-01-01:3000-01-01')).toBe('1000-01-01:3000-01-01');
  });

  test.each([
    '',
    'last-decade',
    'constructor',
    '2026-02-30',
    '2025-02-29',
    '2026-13-01',
    '2026-1-1',
    '2026-01-02:2026-01-01',
    '2026-01-01:',
    ':2026-01-01',
    '2026-01-01:2026-01-02:2026-01-03',
    '2026-01-01T00:00:00',
  ])('is refused when it is %j', (text) => {
    expect(() => readPeriod(text, now)).toThrow(expect.toSatisfy((error) => isFault(error, 'bad_request')));
  });
});
