import { npmRanges } from '../formats/npm/index.ts';
import { zigRanges } from '../formats/zig/index.ts';
import { vaisRanges } from '../formats/vais/index.ts';
import type { VersionRanges } from '../policy/index.ts';

/** How versions compare, by format. */
export const versionRanges: ReadonlyMap<string, VersionRanges> = new Map([
  ['npm', npmRanges],
  ['zig', zigRanges],
  ['vais', vaisRanges],
]);
