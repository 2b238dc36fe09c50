import { expect, test } from 'vitest';
import { dependenciesFirst } from './deliver.ts';

const packed = (graph: Record<string, string[]>) =>
  Object.entries(graph).map(([name, dependencies]) => ({
    name,
    version: '1.0.0',
    file: '',
    size: 0,
    dependencies,
  }));

test.each<[Record<string, string[]>, string]>([
  [{ a: [], b: [] }, 'a b'],
  [{ a: ['b', 'elsewhere'], b: ['c'], c: [] }, 'c b a'],
  [{ a: ['a'] }, 'a'],
  // b was sent before there was an a that it could lead to.
  [{ a: ['b'], b: ['a'], c: ['a'] }, 'b a c b'],
])('of %j, each comes after what it depends on: %s', (graph, order) => {
  expect(
    dependenciesFirst(packed(graph))
      .map(({ name }) => name)
      .join(' '),
  ).toBe(order);
});
