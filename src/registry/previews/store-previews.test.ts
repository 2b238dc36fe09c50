import { expect, test } from 'vitest';
import { Fault } from '../../kernel/index.ts';
import { storePreviews, type ReadyPreviews } from './store-previews.ts';

test('what cannot be removed after a publish neither fails it nor takes what it stored', async () => {
  const asked: string[] = [];
  const ready = {
    sha: 'abc1234',
    packages: [{ name: 'demo', staged: { promote: () => Promise.resolve(true) } }],
  } as unknown as ReadyPreviews;
  const stored = await storePreviews(
    {
      store: { publish: () => Promise.resolve({ outcome: 'published', unusedKeys: ['old'] }) },
      blobs: {
        remove: (key) => {
          asked.push(key);
          return Promise.reject(new Fault('not_found', 'The folder is not there.'));
        },
      },
    },
    ready,
  );
  expect(stored).toMatchObject([{ name: 'demo' }]);
  expect(asked).toEqual(['old']);
});
