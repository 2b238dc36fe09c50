import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseRequirement } from './requirement.ts';

const page = readFileSync(new URL('../../../docs/vais-constraints.md', import.meta.url), 'utf8');

/** Cells of the rows whose first cell is code: `| `1.2` | … |`. */
const rows = [...page.matchAll(/^\| `.*\|$/gm)].map(([line]) =>
  line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim().replaceAll('\\|', '|')),
);
const code = (cell = '') => [...cell.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text);
const taken = rows.filter((cells) => cells.length === 4);
const refused = rows.filter((cells) => cells.length === 2);

describe('docs/vais-constraints.md', () => {
  test('[V-34] says what a bare version means', () => {
    expect(page).toContain('`1.2.3`, means exactly that version. One that is not whole, `1.2` or `1`, means');
  });

  test('has tables', () => {
    expect(taken.length).toBeGreaterThan(20);
    expect(refused.length).toBeGreaterThan(5);
  });

  test.each(taken)(
    '[V-33] [V-34] [V-35] [V-36] [V-37] [V-38] %s takes %s and not %s',
    (written, takes, not) => {
      const { matches } = parseRequirement(code(written).join(''));
      const [good, bad] = [code(takes), code(not)];
      expect(good.length * bad.length).toBeGreaterThan(0);
      expect(good.filter((version) => matches(version))).toEqual(good);
      expect(bad.filter((version) => matches(version))).toEqual([]);
    },
  );

  test.each(refused)('%s is refused: %s', (written, reason = '') => {
    expect(() => parseRequirement(code(written).join(''))).toThrow(reason);
  });
});
