import { describe, expect, test } from 'vitest';
import { readRevision, revisionText } from './revision.ts';

const head = { id: 300, revision: 12, name: 'demo' };

describe('the _rev of a package', () => {
  test('has the form of CouchDB and reads back as the revision', () => {
    expect(revisionText(head)).toBe('12-000000000000012c');
    expect(readRevision(revisionText(head), head)).toBe(12);
  });

  test('of another package is a conflict', () => {
    expect(() => readRevision(revisionText({ id: 301, revision: 12 }), head)).toThrow(
      expect.objectContaining({ code: 'conflict' }),
    );
  });

  test.each(['', 'undefined', '12', '12-', '-12c', '12-xyz', ' 12-12c', '1e3-12c', '9'.repeat(16) + '-12c'])(
    'is not %j',
    (text) => {
      expect(() => readRevision(text, head)).toThrow(expect.objectContaining({ code: 'bad_request' }));
    },
  );
});
