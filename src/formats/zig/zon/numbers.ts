import type { ZonSource } from './source.ts';
import type { ZonValue } from './values.ts';

/** As far as the compiler takes it for one number, right or wrong. */
const NUMBER = /[0-9](?:[eEpP][+-]|\.(?=[0-9A-Za-z_])|[0-9A-Za-z_])*/y;
const INTEGER =
  /^(?:0|[1-9](?:_?[0-9])*|0x[0-9a-fA-F](?:_?[0-9a-fA-F])*|0o[0-7](?:_?[0-7])*|0b[01](?:_?[01])*)$/;
const FLOAT = /^(?:0|[1-9](?:_?[0-9])*)(?:\.[0-9](?:_?[0-9])*)?(?:[eE][+-]?[0-9](?:_?[0-9])*)?$/;
const HEX_FLOAT =
  /^0x[0-9a-fA-F](?:_?[0-9a-fA-F])*(?:\.[0-9a-fA-F](?:_?[0-9a-fA-F])*)?(?:[pP][+-]?[0-9](?:_?[0-9])*)?$/;
/** Of one number. No field of a manifest has more than 20; long ones take long to read, and the stack of an expression. */
const MOST_DIGITS = 1000;

/** Reads the digits of a number; `at` is where it begins, with its sign if it has one. */
export function readNumber(source: ZonSource, at: number, negative: boolean): ZonValue {
  const begin = source.at;
  // Two more, so that what stops a number within the limit is seen.
  const written = source.match(NUMBER, MOST_DIGITS + 2) ?? '';
  if (written.length > MOST_DIGITS) {
    throw source.fault(at, `a number may have ${MOST_DIGITS} digits, and this one has more`);
  }
  const text = written.replaceAll('_', '');
  if (INTEGER.test(written)) {
    const value = BigInt(text);
    if (negative && value === 0n) throw source.fault(at, '-0 is no integer; write 0 or -0.0');
    return { at, kind: 'integer', value: negative ? -value : value };
  }
  if (FLOAT.test(written) || HEX_FLOAT.test(written)) {
    return { at, kind: 'float', text: negative ? `-${text}` : text };
  }
  throw source.fault(begin, `${JSON.stringify(written.slice(0, 40))} is not a number`);
}
