import type { Organisations } from '../accounts/index.ts';
import type { AuditStore, EventStore } from '../ledger/index.ts';
import type {
  Advisories,
  BlockKeeper,
  Catalogue,
  CountStore,
  Registries,
  WhyAnswer,
} from '../registry/index.ts';
import type { Config, Kontor as OpenedKontor, RunningServer, WhyQuestion } from '../server/index.ts';
import type { Io } from './io.ts';

/** The part of the settings that commands look at. */
export type CliConfig = Pick<Config, 'sources' | 'warnings'> & {
  values: Pick<Config['values'], 'host' | 'port' | 'publicUrl'>;
};

/** What commands read of the store itself. */
export interface ReadStore {
  counts: Pick<CountStore, 'total' | 'versions' | 'days' | 'top' | 'registryDays' | 'missing'>;
  events: Pick<EventStore, 'sealed' | 'unsealed'>;
  audit: Pick<AuditStore, 'find' | 'head' | 'segments'>;
}

/** The part of an open store that commands use. */
export type Kontor = Pick<
  OpenedKontor,
  | 'accounts'
  | 'users'
  | 'recovery'
  | 'secondFactors'
  | 'createRegistry'
  | 'claimKeeper'
  | 'policyKeeper'
  | 'storageUse'
  | 'explainer'
  | 'verify'
  | 'migrate'
  | 'close'
> & {
  catalogue: Pick<Catalogue, 'registries'>;
  organisations: Pick<Organisations, 'known'>;
  registries: Pick<Registries, 'changeFor'>;
  advisories: Pick<Advisories, 'import' | 'list' | 'show' | 'scan' | 'remove'>;
  blocks: Pick<BlockKeeper, 'add' | 'list' | 'remove'>;
  store: ReadStore;
};

/** The composition root as commands see it: loaded only when a command runs, and replaced by a smaller one in tests. */
export interface ServerFace {
  loadConfig(options: { env: Io['env']; cwd: string; configFile?: string }): CliConfig;
  describeConfig(config: CliConfig): string;
  openKontor(config: CliConfig, options: { create: boolean }): Promise<Kontor>;
  sendTestMail(config: CliConfig, address: string): Promise<{ from: string; via: string }>;
  serve(config: CliConfig): Promise<RunningServer>;
  askWhy(config: CliConfig, question: WhyQuestion): Promise<WhyAnswer>;
}
