import { describe, expect, test } from 'vitest';
import { repositoryOf } from './repository.ts';
import { checkSha, checkShaPrefix, onlyCommit } from './sha.ts';

const hex = (length: number) => 'a'.repeat(length);

describe('the sha of a commit that is published', () => {
  test.each([7, 14, 40, 64])('has %i digits, in lower case from here on', (length) => {
    expect(checkSha(hex(length).toUpperCase())).toBe(hex(length));
  });

  test.each([
    ['too short', hex(6), /too short: write at least 7/],
    ['empty', '', /no sha/],
    ['neither of git’s lengths', hex(41), /7 to 40 hexadecimal digits, or 64 .* this one has 41/],
    ['too long', hex(65), /this one has 65/],
    ['not hexadecimal', 'main', /"main" is no sha/],
    ['a path', '../../etc', /no sha/],
    ['with a line end', `${hex(7)}\n`, /no sha/],
  ])('is refused when it is %s', (_, sha, sentence) => {
    expect(() => checkSha(sha)).toThrow(sentence);
  });
});

describe('the beginning of a sha', () => {
  test.each([7, 41, 63, 64])('may have %i digits', (length) => {
    expect(checkShaPrefix(hex(length))).toBe(hex(length));
  });
  test.each([hex(6), hex(65), 'abcdefg'])('%s is none', (sha) => {
    expect(() => checkShaPrefix(sha)).toThrow(expect.objectContaining({ code: 'bad_request' }));
  });

  test('stands for the one commit that begins so, and a whole sha for itself', () => {
    expect(onlyCommit('abc1234', [])).toBeUndefined();
    expect(onlyCommit('abc1234', ['abc12345'])).toBe('abc12345');
    const whole = 'abc1234d'.repeat(5);
    expect(onlyCommit(whole, [whole, `${whole}5`])).toBe(whole);
  });
  test('does not stand for itself where it is short, since anybody can publish under the beginning of a sha', () => {
    expect(() => onlyCommit('abc1234', ['abc1234', 'abc12345'])).toThrow(
      'The sha abc1234 is ambiguous: abc1234, abc12345 begin so.',
    );
  });
  test('that several commits have says which, three at most', () => {
    const four = ['abc12341', 'abc12342', 'abc12343', 'abc12344'];
    expect(() => onlyCommit('abc1234', four.slice(0, 2))).toThrow(
      'The sha abc1234 is ambiguous: abc12341, abc12342 begin so. Write more of its digits.',
    );
    expect(() => onlyCommit('abc1234', four)).toThrow('abc12341, abc12342, abc12343 and others begin so.');
  });
});

test.each([
  ['https://github.com/Acme/Demo.git', 'acme', 'demo'],
  ['git+https://github.com/acme/demo.git#main', 'acme', 'demo'],
  ['git@gitlab.example:group/sub/demo.git', 'group/sub', 'demo'],
  ['ssh://git@git.example:2222/acme/demo/', 'acme', 'demo'],
  ['github:acme/demo', 'acme', 'demo'],
  ['acme/demo', 'acme', 'demo'],
])('the repository %s is found', (text, owner, repo) => {
  expect(repositoryOf(text)).toEqual({ owner, repo });
});
test.each(['', 'demo', 'https://git.example/', 'https://git.example/demo', '//', 'a//b'])(
  'the repository %j names none',
  (text) => {
    expect(repositoryOf(text)).toBeUndefined();
  },
);
