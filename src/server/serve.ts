import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { ensureFirstAdministrator, type FirstAdministrator } from '../accounts/index.ts';
import { makeFolders, systemClock } from '../kernel/index.ts';
import { AuditRecorder, sealAll } from '../ledger/index.ts';
import { lockStore } from '../storage/sql/index.ts';
import type { Config, Values } from './config/index.ts';
import { addApi } from './api/index.ts';
import { createApp } from './http/app.ts';
import { clientAddress, proxiesOf } from './http/client-address.ts';
import { Doors } from './http/doors.ts';
import { addOperations } from './http/operations.ts';
import { RegistryTable } from './http/registries.ts';
import { createIdentity } from './identity.ts';
import { startJobs } from './jobs.ts';
import { listenFault, listeningUrl } from './listen.ts';
import { openKontor, type Kontor } from './kontor.ts';
import { createLimits } from './limits.ts';
import { createLogger } from './logger.ts';
import { createMail } from './mail.ts';
import { createMetadataFile } from './metadata-file/index.ts';
import { createNpm } from './npm.ts';
import { addSignOnPages } from './pages/sign-on.ts';
import { createServerSignOn } from './sign-on.ts';
import { createPantry } from './pantry.ts';
import { periodicJobs } from './periodic.ts';
import { createVais } from './vais.ts';
import { createZig } from './zig.ts';
import { createServices } from './services.ts';
import { addLinkPages } from './pages/links.ts';
import { addSecurityPage } from './pages/security.ts';
import { idleSettings } from './policies.ts';
import { storeFault } from './store-fault.ts';
import { kontorVersion } from './version.ts';

export interface RunningServer {
  /** Where it listens. */
  url: string;
  /** Whom this start made, if anybody. */
  firstAdministrator: FirstAdministrator;
  /** Takes no new work, finishes what is in flight, closes everything. */
  stop(): Promise<void>;
}

/**
 * Opens the store and serves it. Faults name what the operator can mend: a port in use, a store that another server has. Without a
 * logger, lines go to standard output.
 */
export async function serve(
  config: Config,
  logger: Logger = createLogger(config.values.logLevel),
): Promise<RunningServer> {
  const { values } = config;
  for (const warning of config.warnings) logger.warn(warning);
  const lock = await claimFolders(values).catch((error: unknown) => {
    throw storeFault(error, values);
  });
  try {
    const kontor = await openKontor(config, { create: true });
    try {
      return await start(kontor, config, logger, () => lock?.release());
    } catch (error) {
      await kontor.close();
      throw error;
    }
  } catch (error) {
    lock?.release();
    throw error;
  }
}

async function claimFolders({ data, database }: Values): Promise<{ release(): void } | undefined> {
  // What lies there (password hashes, keys) is for this user and, for backups, its group.
  await makeFolders(data, 0o750);
  return database.kind === 'sqlite' ? lockBeside(database.path) : undefined;
}

/** Beside the database, which may lie outside the data folder: two servers with the same database must meet at one lock. */
async function lockBeside(databasePath: string): Promise<{ release(): void }> {
  const folder = dirname(databasePath);
  await makeFolders(folder, 0o750);
  return lockStore(join(folder, 'server.lock'));
}

async function start(
  kontor: Kontor,
  { values, sources, registries: settingsOfRegistries }: Config,
  logger: Logger,
  releaseLock: () => void,
): Promise<RunningServer> {
  const { store, secondFactors, catalogue } = kontor;
  for (const { name, value, source } of sources) logger.debug({ name, value, source }, 'setting');
  let url = '';
  const limits = await createLimits(values, store, logger);
  const mail = await createMail(values, store, {
    base: () => values.publicUrl ?? url,
    warn: (message) => logger.warn(message),
  });
  const identity = createIdentity({
    store,
    values,
    clock: systemClock,
    guard: limits.guard,
    messenger: mail.messenger,
  });
  const { accounts } = identity;
  const firstAdministrator = await ensureFirstAdministrator(
    store.accounts,
    systemClock,
    { user: values.adminUser, password: values.adminPassword, email: values.adminEmail },
    values.data,
  );
  tellFirstAdministrator(firstAdministrator, logger);

  const registries = new RegistryTable(catalogue);
  await registries.refresh();
  const idle = [...settingsOfRegistries.keys()].filter((name) => registries.get(name) === undefined);
  for (const name of idle) logger.warn(idleSettings(name));
  let ready = false;
  const wiring = {
    kontor: { ...kontor, ...identity },
    values,
    ownUrls: () => [url, values.publicUrl].filter((own): own is string => own !== undefined && own !== ''),
    warn: (message: string) => logger.warn(message),
  };
  const services = createServices(wiring);
  const npm = await createNpm(wiring, services);
  const metadata = await createMetadataFile({
    kontor,
    services,
    values,
    logger,
    base: () => values.publicUrl ?? url,
  });
  const recorder = new AuditRecorder({ store: store.audit, clock: systemClock });
  const { auditEnabled: refusals, auditLogAllReads: reads } = values;
  const app = createApp({
    accounts,
    secondFactors,
    machines: kontor.machines,
    registries,
    rights: store.rights,
    has: async (registry, name, principal) =>
      (await services.reader.known(registry, name, principal)) !== undefined,
    logger,
    storeId: store.id,
    changes: store.changes,
    doors: new Doors(
      [
        npm.door,
        createPantry(wiring, services, registries),
        createZig(wiring, services),
        createVais(wiring, services),
      ],
      values.profile,
    ),
    publicUrl: values.publicUrl,
    audit: refusals || reads ? { recorder, refusals, reads } : undefined,
    limits: limits.requests,
    isProxy: proxiesOf(values.trustedProxies),
    clientAddress: clientAddress({
      trusted: values.trustedProxies,
      onUntrusted: (proxy) =>
        logger.warn(
          `a proxy at ${proxy} says for whom it asks, but is not trusted: all its clients count as one; ` +
            'name it in KONTOR_TRUSTED_PROXIES',
        ),
    }),
  });
  addSecurityPage(app, { accounts, secondFactors, publicUrl: values.publicUrl });
  addApi(app, {
    trust: kontor.trust,
    ...identity,
    version: kontorVersion(),
    logger,
    registries: kontor.registries,
    policyKeeper: kontor.policyKeeper,
    claimKeeper: kontor.claimKeeper,
    explainer: kontor.explainer,
    sharing: kontor.sharing,
    advisories: kontor.advisories,
    publisher: services.publisher,
    blocks: kontor.blocks,
    why: services.why,
    analytics: services.analytics,
    createRegistry: kontor.createRegistry,
    storageUse: kontor.storageUse,
    secondFactors: kontor.secondFactors,
    publicUrl: values.publicUrl,
    audit: store.audit,
    limits: limits.requests,
  });
  addLinkPages(app, { ...identity, publicUrl: values.publicUrl });
  const signOn = createServerSignOn(values, store, (message) => logger.warn(message));
  if (signOn) addSignOnPages(app, { ...identity, secondFactors, signOn, publicUrl: values.publicUrl });
  addOperations(app, { version: kontorVersion(), store, isReady: () => ready });
  try {
    await app.listen({
      host: values.host,
      port: values.port,
      listenTextResolver: (address) => `listening at ${address}`,
    });
  } catch (error) {
    await Promise.all([npm.close(), services.close()]);
    throw listenFault(error, values);
  }
  url = listeningUrl(values.host, (app.server.address() as AddressInfo).port);
  ready = true;
  logger.info(
    {
      url,
      registration: values.registration,
      registrationFrom: sources.find(({ name }) => name === 'registration')?.source,
      profile: values.profile,
    },
    `Kontor serves ${url}`,
  );
  // Whoever starts a server waits for this line.
  logger.flush();

  const jobs = startJobs(
    [
      ...periodicJobs({ kontor, services, values, logger, limits, mail, recorder, registries, accounts }),
      ...metadata.jobs,
    ],
    {
      leases: store.leases,
      // A SQLite store has one server at a time, which takes over from a killed one at once.
      holder: values.database.kind === 'sqlite' ? 'server' : randomUUID(),
      clock: systemClock,
      onError: (job, error) =>
        logger.error({ err: error }, `error: the job ${job} failed; it runs again soon`),
    },
  );

  return {
    url,
    firstAdministrator,
    stop: async () => {
      ready = false;
      logger.info('stopping: finishing what is in flight');
      await app.close();
      await jobs.stop();
      await services.downloads.flush();
      await recorder
        .flush()
        .catch((error: unknown) => logger.error({ err: error }, 'error: refusals are lost'));
      await accounts.reportTokenUses();
      await sealAll(store.events);
      await metadata.complete();
      await Promise.all([npm.close(), services.close()]);
      await mail.close();
      await limits.close();
      await kontor.close();
      releaseLock();
      logger.info('stopped');
      await new Promise<void>((resolve) => logger.flush(() => resolve()));
    },
  };
}

/** The password itself never goes to a log; see the command line for the terminal. */
function tellFirstAdministrator(first: FirstAdministrator, logger: Logger): void {
  if (first.outcome !== 'created') return;
  const where = first.generated ? `; the password is in ${first.generated.file}` : '';
  logger.info({ user: first.user.name }, `created the first administrator ${first.user.name}${where}`);
  if (first.warning !== null) logger.warn(first.warning);
}
