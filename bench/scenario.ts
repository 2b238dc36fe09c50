import type { Usage } from './measure/usage.ts';
import type { Tool } from './setup/tools.ts';
import type { World } from './setup/world.ts';

/** What was measured of one contender, one value a round. */
export interface Series {
  name: string;
  values: number[];
  /** CPU seconds of the server, one value a round; empty if there is no server to ask. */
  cpuSeconds: number[];
  /** What the server did in all rounds together: requests, publishes, … */
  operations: number;
  /** Of the server when it was done; undefined if there is no server to ask. */
  memory: Usage | undefined;
  /** Requests that were not answered as they should be. */
  errors: number;
}

/** One series against another, and what the project wants it to be. */
export interface Ratio {
  label: string;
  /** Of the medians. */
  value: number;
  /** Smallest and largest of a single round. */
  low: number;
  high: number;
  target: Target | undefined;
}

export interface Target {
  at: 'least' | 'most';
  bound: number;
  /** What follows a bound that is no ratio, such as ` ms`. */
  unit?: string;
}

/** A table of the report. */
export interface Outcome {
  title: string;
  unit: string;
  series: Series[];
  ratios: Ratio[];
  /** Sentences on how it was measured and what could not be. */
  notes: string[];
}

export interface Scenario {
  name: string;
  /** Without these it is left out. */
  needs: Tool[];
  run(world: World): Promise<Outcome[]>;
}
