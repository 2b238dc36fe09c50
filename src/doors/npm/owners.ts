import { Fault, isFault } from '../../kernel/index.ts';
import type { PackageRow } from '../../registry/index.ts';
import type { NpmDoorOptions } from './options.ts';

/** The owners that a package is to have; `organisationId` as in `OwnersCommand`. */
export interface WantedOwners {
  owners: number[];
  organisationId?: number | null;
}

/**
 * Reads `maintainers` of `npm owner`, in which users and an organisation stand by name. Undefined if they are the owners already. Who
 * owns the package now stays known, whatever became of the account. Fault `user_unknown`, `bad_request` for two organisations.
 */
export async function ownersOf(
  { accounts, organisations, catalogue }: Pick<NpmDoorOptions, 'accounts' | 'organisations' | 'catalogue'>,
  head: PackageRow,
  names: string[],
): Promise<WantedOwners | undefined> {
  const before = await catalogue.owners(head.id);
  const users = before.filter(({ kind }) => kind === 'user');
  const known = new Map(users.map(({ id, name }) => [name.toLowerCase(), id]));
  const organisation = before.find(({ kind }) => kind === 'organisation');
  const owners = new Set<number>();
  const wanted = new Set<number>();
  for (const name of names) {
    const key = name.toLowerCase();
    const userId = known.get(key);
    if (userId === undefined && key === organisation?.name.toLowerCase()) {
      wanted.add(organisation.id);
      continue;
    }
    const id = userId ?? (await accounts.find(name))?.id;
    if (id === undefined) wanted.add(await organisationCalled(organisations, head, name));
    else owners.add(id);
  }
  if (wanted.size > 1) {
    throw new Fault('bad_request', `${head.name} can have one organisation among its owners, not several.`);
  }
  const [organisationId = null] = wanted;
  const sameUsers = owners.size === users.length && users.every(({ id }) => owners.has(id));
  if (organisationId !== head.organisationId) return { owners: [...owners], organisationId };
  return sameUsers ? undefined : { owners: [...owners] };
}

async function organisationCalled(
  organisations: NpmDoorOptions['organisations'],
  head: PackageRow,
  name: string,
): Promise<number> {
  try {
    return (await organisations.known(name)).id;
  } catch (error) {
    if (!isFault(error, 'organisation_not_found')) throw error;
    throw new Fault(
      'user_unknown',
      `There is no user or organisation called ${JSON.stringify(name.slice(0, 80))}, so ${head.name} cannot be theirs.`,
      { cause: error },
    );
  }
}
