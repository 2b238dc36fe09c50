import type { UpstreamTimeouts } from '../registry/index.ts';

export const defaultTimeouts: UpstreamTimeouts = {
  connect: 10_000,
  headers: 30_000,
  idle: 30_000,
  document: 120_000,
  artifact: 1_800_000,
};
