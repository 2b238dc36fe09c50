import { createNpmRemote, npmClientSettings } from '../formats/npm/index.ts';
import { zigContent } from '../formats/zig/index.ts';
import { systemClock } from '../kernel/index.ts';
import { Gate, Reader, Why, type Upstream, type UpstreamSource } from '../registry/index.ts';
import { Mirror, PullThrough, Turns } from '../upstream/index.ts';
import type { Values } from './config/index.ts';
import { versionRanges } from './formats.ts';
import type { Kontor } from './kontor.ts';
import { Upstreams, type UpstreamKind } from './upstreams.ts';

/** What is stored, here and upstream, as readers get it. */
export interface Reading {
  reader: Reader;
  gate: Gate;
  why: Why;
  upstreams: Upstreams;
  /** By format. */
  pullThroughs: ReadonlyMap<string, Upstream>;
  close(): Promise<void>;
}

export interface ReadingWiring {
  kontor: Kontor;
  values: Values;
  /** URLs under which this server is reached, so that it never asks itself. */
  ownUrls: () => string[];
  warn: (message: string) => void;
}

/** Puts together what stands between a reader and the store: rights, claims, the gate and the upstreams. */
export function createReading({ kontor, values, ownUrls, warn }: ReadingWiring): Reading {
  const { store, catalogue, blobs, policies, claims } = kontor;
  const format = createNpmRemote();
  const upstreams = new Upstreams({
    kinds: new Map<string, UpstreamKind>([
      [
        'npm',
        {
          format,
          source: (url) => npmClientSettings({ warn, ...(url !== 'npm' && { registry: url }) }),
        },
      ],
      // No client of these has a configuration that names hosts.
      ['zig', { format: null, source: asTyped }],
    ]),
    storeId: store.id,
    ownUrls,
  });
  const stores = { catalogue, blobs, clock: systemClock, maxTarballBytes: values.maxTarballBytes };
  const turns = new Turns({ leases: store.leases, clock: systemClock, shared: store.shared });
  const pullThrough = new PullThrough({
    ...stores,
    documents: store.upstreamDocuments,
    turns,
    remotesOf: upstreams.remotesOf,
    ownUrls,
    warn,
  });
  const mirror = new Mirror({ ...stores, turns, format: zigContent, reachedBy: upstreams.reachedBy });
  const pullThroughs = new Map<string, Upstream>([
    ['npm', pullThrough],
    ['zig', mirror],
  ]);
  const gate = new Gate({
    blocks: store.blocks,
    advisories: store.advisories,
    policies,
    ranges: versionRanges,
    clock: systemClock,
  });
  const reader = new Reader(catalogue, store.rights, pullThroughs, policies, claims, gate);
  return {
    reader,
    gate,
    why: new Why(reader, catalogue, versionRanges, systemClock),
    upstreams,
    pullThroughs,
    close: async () => {
      await Promise.all([pullThrough.close(), mirror.close(), format.close(), upstreams.close()]);
    },
  };
}

/** An address as the operator typed it, with what the environment says of proxies. */
function asTyped(url: string): Promise<UpstreamSource> {
  return Promise.resolve({ url, authorization: null, ca: null, strictTls: true, proxy: null, noProxy: [] });
}
