import { createSignOn, type SignOn } from '../accounts/index.ts';
import { systemClock } from '../kernel/index.ts';
import type { SqlStore } from '../storage/sql/index.ts';
import type { Values } from './config/index.ts';
import { signOnProvider } from './openid/index.ts';

/** Single sign-on as the settings say; undefined if they name no provider. */
export function createServerSignOn(
  values: Values,
  store: SqlStore,
  warn: (message: string) => void,
): SignOn | undefined {
  const { oidcIssuer: issuer, oidcClientId: clientId } = values;
  if (issuer === undefined || clientId === undefined) return undefined;
  return createSignOn({
    provider: signOnProvider({
      issuer,
      clientId,
      clientSecret: values.oidcClientSecret,
      scopes: values.oidcScopes,
    }),
    store: store.signOns,
    accounts: store.accounts,
    users: store.users,
    organisations: store.organisations,
    clock: systemClock,
    policy: {
      provisioning: values.oidcProvisioning === 'on',
      groupsClaim: values.oidcGroupsClaim,
      adminGroup: values.oidcAdminGroup,
      groups: values.oidcGroups,
    },
    warn,
  });
}
