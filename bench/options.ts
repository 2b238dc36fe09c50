import { parseArgs } from 'node:util';

export interface Options {
  /** Names of scenarios; empty for all. */
  only: string[];
  /** How often the contenders take turns. */
  rounds: number;
  /** Of load, for each turn. */
  seconds: number;
  /** How many packages the large store has. */
  packages: number;
  /** Writes RESULTS.md. Only a whole run at full size does so by itself. */
  write: boolean;
}

const FULL = { rounds: 5, seconds: 5, packages: 100_000 };
/** Shows that everything works; its numbers mean nothing. */
const QUICK = { rounds: 1, seconds: 1, packages: 2_000 };

export const usage = `npm run bench -- [options]
  --only NAME[,NAME]  these scenarios instead of all
  --rounds N          turns of each contender (${FULL.rounds})
  --seconds N         seconds of load for each turn (${FULL.seconds})
  --packages N        packages in the large store (${FULL.packages})
  --quick             ${QUICK.rounds} round, ${QUICK.seconds} second, ${QUICK.packages} packages
  --write             write bench/RESULTS.md though it is not a whole run at full size
  --help              this text and the names of the scenarios
`;

/** Undefined if help is wanted. Throws a TypeError that says what cannot be understood. */
export function parseOptions(args: string[], scenarios: string[]): Options | undefined {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      packages: { type: 'string' },
      quick: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const only = values.only?.split(',').map((name) => name.trim()) ?? [];
  const unknown = only.find((name) => !scenarios.includes(name));
  if (unknown !== undefined) {
    throw new TypeError(`There is no scenario ${unknown}; there are: ${scenarios.join(', ')}.`);
  }
  const base = values.quick ? QUICK : FULL;
  const options = {
    only,
    rounds: count(values.rounds, base.rounds),
    seconds: count(values.seconds, base.seconds),
    packages: count(values.packages, base.packages),
  };
  const whole = only.length === 0 && options.packages >= FULL.packages && options.rounds >= 3;
  return { ...options, write: values.write || whole };
}

function count(text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new TypeError(`${text} is not a whole number above 0.`);
  return Number(text);
}
