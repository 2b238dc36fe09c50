import {
  actorOf,
  type Machine,
  type Principal,
  type SignedIn,
  type TrustPermission,
} from '../accounts/index.ts';
import type { Fault, Clock } from '../kernel/index.ts';
import { mayMark } from '../policy/index.ts';
import { Judge, granted, isSeen, noPackage, signedIn } from './judge.ts';
import type { NewNames } from './new-names.ts';
import type { Blobs, Catalogue, RegistryRow, Rights, Visibility } from './ports/index.ts';
import { uploadOf, type Publication } from './publication.ts';
import { storeVersion } from './store-version.ts';

/** What every change of a package answers. */
interface Changed {
  revision: number;
}

/** Writes to the registry on somebody's behalf: judged by policy first, and again inside the command. */
export class Publisher {
  readonly #catalogue: Catalogue;
  readonly #judge: Judge;
  readonly #blobs: Blobs;
  readonly #clock: Clock;

  constructor(catalogue: Catalogue, rights: Rights, blobs: Blobs, clock: Clock, newNames: NewNames) {
    this.#catalogue = catalogue;
    this.#judge = new Judge(rights, clock, newNames);
    this.#blobs = blobs;
    this.#clock = clock;
  }

  /**
   * Judges before a body is read. `refusal` says why the sender may not publish a package that others own, or with a token that is
   * for deprecating only; everything else that stands in the way is thrown (see `WriteDecision`).
   */
  async judge(
    registry: RegistryRow,
    name: string,
    principal: Principal,
    permission: TrustPermission = 'createPackage',
  ): Promise<{ sender: SignedIn | Machine; refusal: Fault | undefined }> {
    if (principal.kind === 'machine') {
      await this.#judge.publishByMachine(registry, name, principal, permission);
      return { sender: principal, refusal: undefined };
    }
    const decision = await this.#judge.publish(registry, name, principal);
    if (!decision.allowed && !isLeftToBody(decision.fault, principal)) throw decision.fault;
    return { sender: signedIn(principal), refusal: decision.allowed ? undefined : decision.fault };
  }

  /**
   * Refuses before a body is read whoever may not change this package, and answers who asked. Fault `package_not_found` for
   * one that is not here or that they may not see; else see `WriteDecision`.
   */
  async assertMayChange(
    registry: RegistryRow,
    name: string,
    principal: Principal,
    least: 'write' | 'manage',
  ): Promise<SignedIn> {
    await this.#judge.change(registry, name, principal, least, ['publish', 'yank']);
    return signedIn(principal);
  }

  /**
   * Stores the version durably; when this resolves every replica serves it. Discards the staged bytes in any case. `notices` are
   * sentences for the publisher.
   */
  async publish(
    registry: RegistryRow,
    principal: Principal,
    publication: Publication,
  ): Promise<Changed & { notices: string[] }> {
    const by = await this.#judge.bringer(registry, publication.name, principal, 'createPackage');
    const stored = await storeVersion(
      { catalogue: this.#catalogue, blobs: this.#blobs },
      uploadOf(registry, publication, 'package.publish', by, this.#clock()),
    );
    return { ...stored, notices: by.notices };
  }

  /** Points a tag at a version, or removes it with `version: null`. */
  async tag(
    registry: RegistryRow,
    principal: Principal,
    { name, tag, version }: { name: string; tag: string; version: string | null },
  ): Promise<Changed> {
    const type = version === null ? 'package.untag' : 'package.tag';
    const base = await this.#judge.command(registry, principal, { name, type, version, detail: { tag } });
    return this.#catalogue.tag({ ...base, tag, version });
  }

  /** Sets what people are told who install a version; null takes it back. Versions that are not named keep theirs. */
  async deprecate(
    registry: RegistryRow,
    principal: Principal,
    { name, messages }: { name: string; messages: Record<string, string | null> },
  ): Promise<Changed> {
    const base = await this.#judge.command(registry, principal, {
      name,
      type: 'package.deprecate',
      scopes: ['publish', 'yank'],
      detail: { messages },
    });
    return this.#catalogue.deprecate({ ...base, messages });
  }

  /** Takes a version back, or takes that back: see `YankCommand`. */
  async yank(
    registry: RegistryRow,
    principal: Principal,
    { name, version, yanked }: { name: string; version: string; yanked: boolean },
  ): Promise<Changed> {
    const base = await this.#judge.command(registry, principal, {
      name,
      type: yanked ? 'package.yank' : 'package.unyank',
      scopes: ['yank'],
      version,
      detail: {},
    });
    return this.#catalogue.yank({ ...base, version, yanked });
  }

  /** Takes versions away for good; their numbers are never given out again. */
  async unpublish(
    registry: RegistryRow,
    principal: Principal,
    change: {
      name: string;
      versions: string[] | 'all';
      tags: Record<string, string> | null;
      expectedRevision: number | null;
    },
  ): Promise<Changed> {
    const { name, versions, tags, expectedRevision } = change;
    const base = await this.#judge.command(registry, principal, {
      name,
      type: 'package.unpublish',
      scopes: ['yank'],
      least: 'manage',
      detail: { versions },
    });
    return this.#catalogue.unpublish({ ...base, versions, tags, expectedRevision });
  }

  async setOwners(
    registry: RegistryRow,
    principal: Principal,
    change: {
      name: string;
      owners: number[];
      /** As in `OwnersCommand`. */
      organisationId?: number | null;
      expectedRevision: number | null;
    },
  ): Promise<Changed> {
    const { name, ...more } = change;
    const base = await this.#judge.command(registry, principal, {
      name,
      type: 'package.owners',
      least: 'manage',
      detail: {
        owners: more.owners,
        ...(more.organisationId !== undefined && { organisation: more.organisationId }),
      },
    });
    return this.#catalogue.setOwners({ ...base, ...more });
  }

  async setVisibility(
    registry: RegistryRow,
    principal: Principal,
    { name, visibility }: { name: string; visibility: Visibility },
  ): Promise<Changed> {
    const base = await this.#judge.command(registry, principal, {
      name,
      type: 'package.visibility',
      least: 'manage',
      detail: { visibility },
    });
    return this.#catalogue.setVisibility({ ...base, visibility });
  }

  /** Stars a package that the user may see, or takes the star back. */
  async star(
    registry: RegistryRow,
    principal: Principal,
    { name, starred }: { name: string; starred: boolean },
  ): Promise<Changed> {
    const sight = await this.#judge.see(registry, name, principal);
    const { userId } = granted(mayMark({ principal, registry: registry.name, name, standing: sight }));
    if (!isSeen(sight, principal)) throw noPackage(name);
    const at = this.#clock();
    return this.#catalogue.star({
      registryId: registry.id,
      name,
      userId,
      starred,
      at,
      event: {
        type: starred ? 'package.star' : 'package.unstar',
        at,
        actor: actorOf(principal),
        registry: registry.name,
        package: name,
        version: null,
        detail: {},
      },
    });
  }
}

/** What may still be allowed, by what the body turns out to ask for. */
function isLeftToBody({ code }: Fault, principal: Principal): boolean {
  if (code === 'not_owner' || code === 'trusted_only') return true;
  return code === 'forbidden' && principal.kind === 'user' && principal.scopes.includes('yank');
}
