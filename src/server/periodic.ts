import type { Accounts } from '../accounts/index.ts';
import { systemClock } from '../kernel/index.ts';
import { dropOldEvents, sealAll, type AuditRecorder, type AuditStore } from '../ledger/index.ts';
import { allKeys, expirePreviews, sweep, tidyCounts } from '../registry/index.ts';
import type { Logger } from 'pino';
import { cacheJob } from './cache-job.ts';
import type { Values } from './config/index.ts';
import { previewLife } from './preview-life.ts';
import type { RegistryTable } from './http/registries.ts';
import type { PeriodicJob } from './jobs.ts';
import type { Kontor } from './kontor.ts';
import type { LimitParts } from './limits.ts';
import type { MailParts } from './mail.ts';
import type { Services } from './services.ts';

/** An event gets its place in the chain within this time, milliseconds. */
const SEAL_INTERVAL = 500;
/** Refusals wait so long to be written, and are lost in a crash, milliseconds. */
const RECORD_INTERVAL = 1_000;
const RETENTION_INTERVAL = 3_600_000;
/** Downloads counted since the last report are lost in a crash, milliseconds. */
const REPORT_INTERVAL = 2_000;
/** What a registry is called and who may see it is read anew this often where nothing asks for it, milliseconds. */
const REGISTRIES_INTERVAL = 5_000;

/** Replicas learn of each other's reads, milliseconds. */
const SHARE_INTERVAL = 1_000;

export interface JobParts {
  kontor: Kontor;
  services: Services;
  values: Values;
  logger: Logger;
  limits: LimitParts;
  mail: MailParts;
  recorder: AuditRecorder;
  registries: RegistryTable;
  accounts: Accounts;
}

/** What a server does by itself, again and again. */
export function periodicJobs({
  kontor,
  services,
  values,
  logger,
  limits,
  mail,
  recorder,
  registries,
  accounts,
}: JobParts): PeriodicJob[] {
  const { store, catalogue, blobs } = kontor;
  return [
    {
      name: 'report downloads',
      interval: REPORT_INTERVAL,
      everywhere: true,
      run: () => services.downloads.flush(),
    },
    { name: 'share read counts', interval: SHARE_INTERVAL, everywhere: true, run: limits.share },
    { name: 'record', interval: RECORD_INTERVAL, everywhere: true, run: () => recorder.flush() },
    {
      name: 'report token uses',
      interval: REPORT_INTERVAL,
      everywhere: true,
      run: () => accounts.reportTokenUses(),
    },
    ...mail.jobs,
    // A registry that another replica hides must not be talked of for long.
    {
      name: 'registries',
      interval: REGISTRIES_INTERVAL,
      everywhere: true,
      run: () => registries.refresh(),
    },
    cacheJob(kontor, values, logger),
    ...previewExpiry(kontor, values, logger),
    {
      name: 'tidy counts',
      interval: RETENTION_INTERVAL,
      run: () => tidyCounts(store.counts, systemClock),
    },
    { name: 'seal', interval: SEAL_INTERVAL, run: () => sealAll(store.events) },
    ...retention(values, store.audit),
    ...ownSpool(kontor, values),
    {
      name: 'sweep',
      interval: values.sweepInterval,
      run: async () => {
        const swept = await sweep({
          catalogue: allKeys(catalogue, store.previews),
          blobs,
          clock: systemClock,
          grace: values.sweepGrace,
        });
        if (swept.staged + swept.orphans > 0)
          logger.info(swept, 'swept what crashed or refused publishes left behind');
      },
    },
  ];
}

/** With a bucket each replica has a folder of its own for uploads, which the one that sweeps the bucket does not see. */
function ownSpool({ blobs }: Kontor, { storage, sweepInterval, sweepGrace }: Values): PeriodicJob[] {
  if (storage.kind === 'files') return [];
  const run = () => blobs.sweepStaged(systemClock() - sweepGrace);
  return [{ name: 'sweep uploads', interval: sweepInterval, everywhere: true, run }];
}

/** Nothing to do where previews are kept for ever. */
function previewExpiry({ store, blobs }: Kontor, values: Values, logger: Logger): PeriodicJob[] {
  const life = previewLife(values);
  if (life === undefined) return [];
  const run = async () => {
    const gone = await expirePreviews({ store: store.previews, blobs, clock: systemClock, life });
    if (gone.removed > 0) logger.info(gone, 'removed previews of commits whose time was over');
  };
  return [{ name: 'expire previews', interval: values.sweepInterval, run }];
}

/** Nothing to do where events are kept for ever. */
function retention({ auditRetentionDays: days }: Values, audit: AuditStore): PeriodicJob[] {
  if (days === undefined) return [];
  return [
    {
      name: 'drop old events',
      interval: RETENTION_INTERVAL,
      run: () => dropOldEvents(audit, systemClock, days),
    },
  ];
}
