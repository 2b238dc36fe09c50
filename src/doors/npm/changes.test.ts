import { describe, expect, test } from 'vitest';
import { readMetadataChange, readRevisionChange } from './changes.ts';

const parsed = (text: string): unknown => JSON.parse(text);

describe('a document without a tarball', () => {
  test('deprecates the versions that have a message, and an empty one takes it back', () => {
    const versions = { '1.0.0': { deprecated: 'old' }, '1.1.0': { deprecated: '' }, '2.0.0': {} };
    expect(readMetadataChange({ versions, users: { anna: true } }, 'anna')).toEqual({
      deprecate: new Map([
        ['1.0.0', 'old'],
        ['1.1.0', null],
      ]),
    });
  });

  test("is the caller's star if it has users and no versions, whatever else it says of others", () => {
    expect(readMetadataChange({ users: { ben: true, anna: true } }, 'anna')).toEqual({ star: true });
    expect(readMetadataChange({ users: { ben: true } }, 'anna')).toEqual({ star: false });
    expect(readMetadataChange({ users: {} }, 'constructor')).toEqual({ star: false });
  });

  test.each([
    ['null', null],
    ['an empty object', {}],
    ['users in a list', { users: ['anna'] }],
    ['versions without a message', { versions: { '1.0.0': {} } }],
    ['a message that is inherited', { versions: { '1.0.0': parsed('{"__proto__":{"deprecated":"x"}}') } }],
  ])('with %s is no change', (_what, document) => {
    expect(readMetadataChange(document, 'anna')).toBeUndefined();
  });

  test.each([
    ['true', true],
    ['a number', 7],
    ['null', null],
    ['a very long text', 'x'.repeat(2001)],
    ['a text with NUL', 'a\0b'],
  ])('with %s as a message is refused and the version named', (_what, deprecated) => {
    expect(() => readMetadataChange({ versions: { '1.2.3': { deprecated } } }, 'anna')).toThrow(
      expect.objectContaining({ code: 'manifest_invalid', message: expect.stringContaining('1.2.3') }),
    );
  });

  test('with versions in a list is refused', () => {
    expect(() => readMetadataChange({ versions: ['1.0.0'] }, 'anna')).toThrow(
      expect.objectContaining({ code: 'manifest_invalid' }),
    );
  });
});

describe('a document at a revision', () => {
  test('with versions says what stays, even beside maintainers', () => {
    const document = { versions: { '1.0.0': {} }, 'dist-tags': { latest: '1.0.0' }, maintainers: [] };
    expect(readRevisionChange(document)).toEqual({
      keep: new Set(['1.0.0']),
      tags: new Map([['latest', '1.0.0']]),
    });
  });

  test('with maintainers alone names the owners', () => {
    const maintainers = [{ name: 'anna', email: '' }, { name: 'ben' }];
    expect(readRevisionChange({ maintainers })).toEqual({ maintainers: ['anna', 'ben'] });
  });

  test.each([
    ['nothing', {}, 'manifest_invalid'],
    ['no version at all', { versions: {} }, 'manifest_invalid'],
    ['versions that are none', { versions: 'all' }, 'manifest_invalid'],
    ['a tag that is none', { versions: { a: {} }, 'dist-tags': { '1.x': 'a' } }, 'tag_invalid'],
    ['a tag on nothing', { versions: { a: {} }, 'dist-tags': { latest: null } }, 'manifest_invalid'],
    ['nobody as owner', { maintainers: [] }, 'manifest_invalid'],
    ['a nameless owner', { maintainers: [{ email: 'a@b' }] }, 'manifest_invalid'],
    [
      'a crowd of owners',
      { maintainers: Array.from({ length: 201 }, () => ({ name: 'anna' })) },
      'manifest_invalid',
    ],
  ])('with %s is refused', (_what, document, code) => {
    expect(() => readRevisionChange(document)).toThrow(expect.objectContaining({ code }));
  });
});
