import { assert as check, option, property, record, string } from 'fast-check';
import { expect, test } from 'vitest';
import { isUserName } from '../users/names.ts';
import { namesFor } from './names.ts';

test('Whatever a provider calls somebody, the names are different and can be users', () => {
  const text = option(string({ unit: 'binary', maxLength: 100 }), { nil: undefined });
  check(
    property(record({ preferred_username: text, email: text, sub: string() }), (claims) => {
      const names = [...namesFor(claims)];
      expect(names.every(isUserName)).toBe(true);
      expect(new Set(names).size).toBe(names.length);
    }),
  );
});

test.each([
  [{ preferred_username: 'anna', sub: '1' }, 'anna'],
  [{ preferred_username: 'anna@example.com', sub: '1' }, 'anna'],
  [{ preferred_username: 'Ánna', sub: '1' }, 'Anna'],
  [{ preferred_username: 'анна', email: 'anna@example.com', sub: '1' }, 'anna'],
  [{ preferred_username: 7, sub: 'auth0|5f7c8ec7c33c6c004bbafe82' }, 'auth05f7c8ec7c33c6c004bbafe82'],
  [{ sub: '1' }, 'user-1'],
])('%j is called %s first', (claims, name) => {
  expect(namesFor(claims).next().value).toBe(name);
});
