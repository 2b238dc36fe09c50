import type { Scenario } from '../scenario.ts';
import { authenticated } from './authenticated.ts';
import { coldTarball } from './cold-tarball.ts';
import { growth } from './growth.ts';
import { install } from './install.ts';
import { members } from './members.ts';
import { mixed } from './mixed.ts';
import { notModified } from './not-modified.ts';
import { packument } from './packument.ts';
import { population } from './population.ts';
import { pullThrough } from './pull-through.ts';
import { previews } from './previews.ts';
import { publish } from './publish.ts';
import { resolve } from './resolve.ts';
import { start } from './start.ts';
import { tarball } from './tarball.ts';
import { vaisInstall } from './vais-install.ts';
import { vaisIndex } from './vais-index.ts';
import { zigHash } from './zig-hash.ts';

/** In the order in which they run: the large store comes last, since its server is kept for all that need it. */
export const scenarios: readonly Scenario[] = [
  packument,
  notModified,
  authenticated,
  tarball,
  coldTarball,
  zigHash,
  vaisInstall,
  resolve,
  vaisIndex,
  growth,
  publish,
  previews,
  install,
  pullThrough,
  members,
  population,
  mixed,
  start,
];
