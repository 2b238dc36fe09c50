import type { RegistryChange } from '../registry/index.ts';
import type { Kontor } from './server-face.ts';

/** What can be said of a registry at the command line; `false` is `--no-organisation`. */
export interface RegistryOptions {
  visibility?: 'public' | 'internal' | 'private';
  publish?: 'anyone' | 'members' | 'admins';
  organisation?: string | boolean;
}

/** Fault `organisation_not_found`. */
export async function registryChange(
  { organisations }: Pick<Kontor, 'organisations'>,
  { visibility, publish, organisation }: RegistryOptions,
): Promise<RegistryChange> {
  const organisationId =
    typeof organisation === 'string'
      ? (await organisations.known(organisation)).id
      : organisation === false
        ? null
        : undefined;
  return {
    ...(visibility !== undefined && { visibility }),
    ...(publish !== undefined && { publish }),
    ...(organisationId !== undefined && { organisationId }),
  };
}
