/** The polynomial of gzip's CRC-32, bits reversed: RFC 1952 section 8. */
const POLYNOMIAL = 0xedb88320;

/** The product of two polynomials over GF(2), bits reversed, modulo CRC-32's. */
function multiply(a: number, b: number): number {
  let product = 0;
  let factor = b;
  for (let bit = 0x80000000; bit !== 0; bit >>>= 1) {
    if ((a & bit) !== 0) product ^= factor;
    factor = (factor & 1) === 0 ? factor >>> 1 : (factor >>> 1) ^ POLYNOMIAL;
  }
  return product >>> 0;
}

/** x to the power of 8 · `bytes`: what appending so many bytes does to a CRC. */
export function crc32Shift(bytes: number): number {
  let result = 0x80000000;
  // x^8, then x^16, x^32, …: square and multiply over the bits of the length.
  let square = 0x00800000;
  for (let rest = bytes; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = multiply(result, square);
    square = multiply(square, square);
  }
  return result;
}

/** CRC-32 of two texts one after the other, from the CRC of each and the shift by the length in bytes of the second. */
export function combineCrc32(first: number, second: number, shift: number): number {
  return (multiply(shift, first) ^ second) >>> 0;
}
