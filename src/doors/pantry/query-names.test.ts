import { expect, test } from 'vitest';
import { namesIn } from './query-names.ts';

test.each([
  'acme-secret',
  'ACME-Secret',
  'acme-secret,react',
  '"acme-secret"',
  'keywords:acme-secret',
  "react ('acme-secret')",
  'acme-secret@1.0.0',
  'acme-secret/index.js',
  'react;acme-secret.',
])('%s names acme-secret', (query) => {
  expect(namesIn(query)).toContain('acme-secret');
});

test.each(['@acme/tool', '"@acme/tool"', 'scope:@acme', 'react,@acme/tool@1'])(
  '%s names something of the scope',
  (query) => {
    expect(namesIn(query)).toContain('@acme/-');
  },
);

test('a name with a scope is one name too', () => {
  expect(namesIn('react,@acme/tool')).toEqual(expect.arrayContaining(['react', '@acme/tool']));
});
