import { actorOf, type Principal, type SignedIn } from '../accounts/index.ts';
import type { Clock } from '../kernel/index.ts';
import { askerOf, isEnough, readerId, rightOn } from '../policy/index.ts';
import { hiddenRegistry, mayEnter } from './hidden.ts';
import { Judge, isSeen } from './judge.ts';
import type {
  AccessLevel,
  Catalogue,
  NewOwner,
  PackageAccess,
  RegistryRow,
  Rights,
  Transfer,
} from './ports/index.ts';

/** An offer waits so long for an answer, milliseconds. */
const OFFER_LIFE = 14 * 86_400_000;

/** A team or owner, with the words that the record has for them. */
export interface Named {
  id: number;
  name: string;
}

/** Who else gets at a package: teams, and new owners. */
export class Sharing {
  readonly #catalogue: Pick<Catalogue, 'owners'>;
  readonly #access: PackageAccess;
  readonly #rights: Rights;
  readonly #judge: Judge;
  readonly #clock: Clock;

  constructor(catalogue: Pick<Catalogue, 'owners'>, access: PackageAccess, rights: Rights, clock: Clock) {
    this.#catalogue = catalogue;
    this.#access = access;
    this.#rights = rights;
    this.#judge = new Judge(rights, clock);
    this.#clock = clock;
  }

  /**
   * Users who may read or write a package that the asker may see; undefined for one that they may not. Who is a member of what is told
   * to those who may write themselves, the owners to everybody.
   */
  async collaborators(
    registry: RegistryRow,
    principal: Principal,
    name: string,
  ): Promise<Record<string, AccessLevel> | undefined> {
    const { sight, reader } = await this.#judge.read(registry, name, principal);
    if (sight.head?.origin !== 'local' || !isSeen(sight, reader)) return undefined;
    if (isEnough(rightOn(sight, askerOf(reader)), 'write')) {
      return this.#access.collaborators(sight.head.id);
    }
    const owners = await this.#catalogue.owners(sight.head.id);
    return Object.fromEntries(
      owners
        .filter(({ kind }) => kind === 'user')
        .map((owner): [string, AccessLevel] => [owner.name, 'write']),
    );
  }

  /** Grants a team a package, or takes it back with null. For who owns the package and is a member of the team's organisation. */
  async grant(
    registry: RegistryRow,
    principal: Principal,
    {
      name,
      organisation,
      team,
      access,
    }: { name: string; organisation: string; team: Named; access: AccessLevel | null },
  ): Promise<void> {
    const detail = { organisation, team: team.name, access };
    const what = { name, type: 'package.grant', least: 'manage', detail } as const;
    const base = await this.#judge.command(registry, principal, what);
    await this.#access.grant({ ...base, teamId: team.id, access });
  }

  /** Packages of an owner or a team that the asker may see, and what the owner may do with each. */
  async packagesOf(
    registry: RegistryRow,
    principal: Principal,
    of: NewOwner | { teamId: number },
  ): Promise<Record<string, AccessLevel>> {
    const seen = await this.#rights.registry(registry.name, askerOf(principal).userId);
    if (!mayEnter(seen, principal)) throw hiddenRegistry(registry, principal);
    return this.#access.packagesOf({
      registryId: registry.id,
      of,
      readerId: readerId(principal, registry.name),
    });
  }

  /** Offers a package to a user or an organisation, which then has two weeks to accept. An offer of before falls. */
  async offer(
    registry: RegistryRow,
    principal: Principal,
    { name, to, toName }: { name: string; to: NewOwner; toName: string },
  ): Promise<void> {
    const what = { name, type: 'package.offer', least: 'manage', detail: { to: toName } } as const;
    const base = await this.#judge.command(registry, principal, what);
    await this.#access.offer({ ...base, to, expiresAt: base.at + OFFER_LIFE });
  }

  /** Open offers that the asker may answer. */
  async offersTo({ user }: SignedIn): Promise<Transfer[]> {
    return this.#access.offersTo(user.id, this.#clock());
  }

  /** Fault `not_found` without an open offer that the asker may answer. */
  async answerOffer(
    registry: RegistryRow,
    asker: SignedIn,
    { name, accept }: { name: string; accept: boolean },
  ): Promise<void> {
    await this.#access.answerOffer({
      by: actorOf(asker),
      administrator: askerOf(asker).administrator,
      at: this.#clock(),
      registryId: registry.id,
      name,
      accept,
    });
  }
}
