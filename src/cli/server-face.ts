import type { Io } from './io.ts';
import type { Accounts, FirstAdministrator } from '../accounts/index.ts';
import type { Catalogue, RegistryRow } from '../registry/index.ts';

/** The part of the settings that commands look at. */
export interface CliConfig {
  values: { host: string; port: number; publicUrl: string | undefined };
  sources: readonly { name: string; value: string; source: string }[];
  warnings: readonly string[];
}

/** What a check of the whole store found. */
export interface VerifyReport {
  blobs: number;
  bytes: number;
  events: number;
  /** Events that wait for the sealer. */
  unsealed: number;
  /** Objects without a row: leftovers that the sweeper will take. */
  orphans: number;
  /** Sentences; none if the store is whole. */
  problems: string[];
}

/** An open store, beside a running server or alone. */
export interface Kontor {
  catalogue: Pick<Catalogue, 'registries'>;
  accounts: Accounts;
  /** Faults `name_invalid` and `registry_exists`. */
  createRegistry(name: string, format: string): Promise<RegistryRow>;
  verify(): Promise<VerifyReport>;
  /** Brings the schema up to date; the names of what was applied. */
  migrate(): Promise<string[]>;
  close(): Promise<void>;
}

export interface RunningServer {
  url: string;
  /** Whom this start made, if anybody. */
  firstAdministrator: FirstAdministrator;
  /** Finishes what is in flight. */
  stop(): Promise<void>;
}

/** The composition root as commands see it. It is loaded only when a command runs. */
export interface ServerFace {
  loadConfig(options: { env: Io['env']; cwd: string; configFile?: string }): CliConfig;
  describeConfig(config: CliConfig): string;
  openKontor(config: CliConfig, options: { create: boolean }): Promise<Kontor>;
  serve(config: CliConfig): Promise<RunningServer>;
}
