import { ArtifactSender, FileSender } from '../doors/index.ts';
import { systemClock } from '../kernel/index.ts';
import {
  Analytics,
  Contents,
  DownloadCounter,
  NewNames,
  Previews,
  Publisher,
  Signer,
  Stages,
} from '../registry/index.ts';
import { npmRanges, tarballName } from '../formats/npm/index.ts';
import { Answers } from '../upstream/index.ts';
import { keyWrap } from './key-wrap.ts';
import { previewLife } from './preview-life.ts';
import { createReading, type Reading, type ReadingWiring } from './reading.ts';

/** What the doors of one server share. */
export interface Services extends Reading {
  publisher: Publisher;
  stages: Stages;
  previews: Previews;
  downloads: DownloadCounter;
  files: FileSender;
  artifacts: ArtifactSender;
  /** Of npm packages. */
  signer: Signer;
  /** What was counted, as readers get it. */
  analytics: Analytics;
  /** What npm packages have to offer. */
  contents: Contents;
  answers: Answers;
}

/** Puts together what reads and writes packages, whatever door they come in by. */
export function createServices(wiring: ReadingWiring): Services {
  const { store, catalogue, blobs, policies, claims } = wiring.kontor;
  const reading = createReading(wiring);
  const downloads = new DownloadCounter(store.counts, systemClock, wiring.warn);
  const previews = new Previews({
    store: store.previews,
    rights: store.rights,
    gate: reading.gate,
    blobs,
    clock: systemClock,
    life: previewLife(wiring.values),
  });
  const analytics = new Analytics({
    counts: store.counts,
    downloads,
    reader: reading.reader,
    previews,
    claims,
    clock: systemClock,
    mirrored: new Set(['zig']),
  });
  const files = new FileSender(blobs);
  const newNames = new NewNames({
    claims,
    policies,
    similar: store.similarNames,
    upstreams: reading.pullThroughs,
  });
  return {
    ...reading,
    publisher: new Publisher(catalogue, store.rights, blobs, systemClock, newNames),
    stages: new Stages({
      stagedVersions: store.stagedVersions,
      catalogue,
      rights: store.rights,
      blobs,
      clock: systemClock,
      newNames,
    }),
    previews,
    downloads,
    files,
    artifacts: new ArtifactSender({ files, reader: reading.reader, downloads, analytics }),
    signer: new Signer(store.signingKeys, 'npm', keyWrap(wiring.values.secret), systemClock),
    analytics,
    contents: new Contents({
      reader: reading.reader,
      catalogue,
      ranges: npmRanges,
      fileOf: tarballName,
      clock: systemClock,
    }),
    answers: new Answers({
      answers: store.upstreamAnswers,
      clock: systemClock,
      remotesOf: reading.upstreams.remotesOf,
      ownUrls: wiring.ownUrls,
      warn: wiring.warn,
    }),
  };
}
