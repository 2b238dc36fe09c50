import { expect, test } from 'vitest';
import { profileChange } from './profile-change.ts';

test('only what is named changes, and an empty text takes away', () => {
  expect(profileChange({})).toEqual({ fields: {} });
  expect(profileChange({ email: 'a@example.com', fullname: 'Anna', github: '', twitter: null })).toEqual({
    email: 'a@example.com',
    fields: { fullname: 'Anna', github: null, twitter: null },
  });
});

test('a password comes with the old one', () => {
  const password = { old: 'a', new: 'b' };
  expect(profileChange({ email: null, password })).toEqual({ email: null, fields: {}, password });
  expect(profileChange({ password: null })).toEqual({ fields: {} });
});

test.each([
  ['JSON object', null],
  ['JSON object', ['fullname']],
  ['JSON object', 'fullname'],
  ['"name"', { name: 'bob' }],
  ['"__proto__"', JSON.parse('{"__proto__":{"email":"x"}}') as object],
  ['fullname', { fullname: 5 }],
  ['email', { email: ['a@example.com'] }],
  ['old', { password: 'new' }],
  ['old', { password: { new: 'b' } }],
])('is refused with the word %s: %o', (word, body) => {
  expect(() => profileChange(body)).toThrow(word);
});
