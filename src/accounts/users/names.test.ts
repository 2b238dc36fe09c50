import { describe, expect, test } from 'vitest';
import { checkEmail, checkUserName } from './names.ts';

describe('user names', () => {
  test.each(['ab', 'anna', 'Anna', 'john.doe', 'ci_robot-2', '0xff', 'a'.repeat(64)])('accept %s', (name) => {
    expect(() => checkUserName(name)).not.toThrow();
  });

  test.each([
    '',
    'a',
    'a'.repeat(65),
    '.anna',
    '-anna',
    '_anna',
    'an na',
    'anna\n',
    'anna\u0000',
    'anna/../bob',
    'anna%2e',
    'анна',
    'аnna',
    'ａｎｎａ',
    'anna\u200b',
    'ſam',
    'anna@example.com',
  ])('refuse %j', (name) => {
    expect(() => checkUserName(name)).toThrow(expect.objectContaining({ code: 'user_name_invalid' }));
  });
});

describe('e-mail addresses', () => {
  test.each(['anna@example.com', "o'brien+x@host", 'jörg@bücher.example'])('accept %s', (email) => {
    expect(() => checkEmail(email)).not.toThrow();
  });

  test.each([
    '',
    'anna',
    '@host',
    'anna@',
    'a b@host',
    'a@b@c',
    'anna@host\r\nBcc: x@y',
    'a\u0000@host',
    `${'a'.repeat(254)}@b`,
  ])('refuse %j', (email) => {
    expect(() => checkEmail(email)).toThrow(expect.objectContaining({ code: 'email_invalid' }));
  });
});
