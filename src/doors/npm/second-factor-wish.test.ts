import { describe, expect, test } from 'vitest';
import { secondFactorWish } from './second-factor-wish.ts';

describe('tfa in a profile', () => {
  test.each([
    [{ tfa: { password: 'p', mode: 'auth-only' } }, { kind: 'mode', password: 'p', mode: 'auth-only' }],
    [{ tfa: { password: '', mode: 'disable' } }, { kind: 'mode', password: '', mode: 'disable' }],
    [{ tfa: ['123456'] }, { kind: 'confirm', code: '123456' }],
  ])('%j is understood', (body, wish) => {
    expect(secondFactorWish(body)).toEqual(wish);
  });

  test.each([[{}], [{ fullname: 'Anna' }], [null], ['tfa'], [[]], [Object.create({ tfa: [] })]])(
    '%j asks for none',
    (body: unknown) => {
      expect(secondFactorWish(body)).toBeUndefined();
    },
  );

  test.each([
    [{ tfa: null }],
    [{ tfa: 'auth-only' }],
    [{ tfa: [] }],
    [{ tfa: ['1', '2'] }],
    [{ tfa: [1] }],
    [{ tfa: { mode: 'auth-only' } }],
    [{ tfa: { password: 'p', mode: 'toString' } }],
    [{ tfa: ['123456'], fullname: 'Anna' }],
  ])('%j is refused', (body) => {
    expect(() => secondFactorWish(body)).toThrow(expect.objectContaining({ code: 'bad_request' }));
  });
});
