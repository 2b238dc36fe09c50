import { randomInt } from 'node:crypto';

export interface Random {
  seed: number;
  /** A whole number from `from` to `to`, both included. */
  between(from: number, to: number): number;
  pick<T>(choices: readonly [T, ...T[]]): T;
  bytes(length: number): Buffer;
}

/** Chances that can be had again: `KONTOR_TEST_SEED=<seed>`. Prints its seed. The generator is mulberry32. */
export function seededRandom(what: string): Random {
  const seed = Number(process.env['KONTOR_TEST_SEED'] || randomInt(2 ** 31));
  process.stdout.write(`${what}: KONTOR_TEST_SEED=${seed}\n`);
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const between = (from: number, to: number): number => from + (next() % (to - from + 1));
  return {
    seed,
    between,
    pick: ([first, ...rest]) => rest[between(-1, rest.length - 1)] ?? first,
    bytes: (length) => {
      const bytes = Buffer.alloc(length);
      for (let at = 0; at + 4 <= length; at += 4) bytes.writeUInt32LE(next(), at);
      return bytes;
    },
  };
}
