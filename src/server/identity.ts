import {
  createAccounts,
  createOrganisations,
  createRecovery,
  createRegistration,
  createSessions,
  createUserAdministration,
  type Accounts,
  type GuessGuard,
  type Messenger,
  type Organisations,
  type Recovery,
  type Registration,
  type Sessions,
  type UserAdministration,
} from '../accounts/index.ts';
import type { Clock } from '../kernel/index.ts';
import type { SqlStore } from '../storage/sql/index.ts';
import type { Values } from './config/index.ts';
import { loadSessionSecrets } from './session-secrets.ts';

/** Everything that knows people. */
export interface Identity {
  accounts: Accounts;
  sessions: Sessions;
  registration: Registration;
  recovery: Recovery;
  users: UserAdministration;
  organisations: Organisations;
}

export interface IdentityParts {
  store: SqlStore;
  values: Values;
  clock: Clock;
  guard: GuessGuard;
  messenger: Messenger;
}

/** A server has a guard and perhaps mail; the command line has neither. */
export function createIdentity({ store, values, clock, guard, messenger }: IdentityParts): Identity {
  const { accounts, users, links, signingKeys } = store;
  const sessions = createSessions({
    store: store.sessions,
    clock,
    secrets: () => loadSessionSecrets({ values, signingKeys, sessions: store.sessions, clock }),
    issuer: `urn:kontor:${store.id}`,
  });
  const recovery = createRecovery({ accounts, users, links, messenger, clock });
  const registration = createRegistration({
    mode: values.registration,
    accounts,
    links,
    recovery,
    messenger,
    guard,
    clock,
  });
  const service = createAccounts(accounts, clock, { sessions, users, guard });
  return {
    accounts: service,
    organisations: createOrganisations({ store: store.organisations, users: service, messenger, clock }),
    sessions,
    recovery,
    registration,
    users: createUserAdministration({
      accounts: service,
      users,
      links,
      messenger,
      registration: values.registration,
      clock,
    }),
  };
}
