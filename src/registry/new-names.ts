import type { Principal } from '../accounts/index.ts';
import { Fault, isFault } from '../kernel/index.ts';
import type { Claims } from './claims.ts';
import { lookalikes } from './lookalikes.ts';
import type { Policies, RegistryRow, Sight, SimilarNames, Upstream } from './ports/index.ts';

/** Publishing waits no longer for what an upstream has, milliseconds. */
const ASK_FOR = 2_000;

export interface NewNamesParts {
  claims: Claims;
  policies: Policies;
  similar: SimilarNames;
  /** By format. */
  upstreams: ReadonlyMap<string, Upstream>;
}

/** What is to be said of the first publish of a name. */
export interface FirstPublish {
  /** Is the name claimed? Then the publish takes it from an upstream whose package is stored here. */
  claimed: boolean;
  /** Sentences for whoever publishes. */
  notices: string[];
  /** What the event tells besides. */
  detail: Record<string, unknown>;
}

/** Looks at names before they become ours. */
export class NewNames {
  readonly #parts: NewNamesParts;

  constructor(parts: NewNamesParts) {
    this.#parts = parts;
  }

  /**
   * What the publisher of a name that is free should know: that an upstream has it, and whether people may take it for another. Fault
   * `claim_required` if the registry lets nobody take a name that an upstream has. An upstream that does not answer hinders nobody.
   */
  async look(registry: RegistryRow, name: string, principal: Principal, sight: Sight): Promise<FirstPublish> {
    const { claims, similar } = this.#parts;
    const cover = await claims.on(registry, name, sight.policyRevision);
    const [isUpstream, near] = await Promise.all([
      cover === undefined && this.#isUpstream(registry, name, sight),
      lookalikes(similar, registry, name, principal),
    ]);
    const detail = {
      ...(isUpstream && { alsoUpstream: true }),
      ...(near.length > 0 && { similarTo: near }),
    };
    const notices = [
      ...(isUpstream
        ? [
            `The upstream registry has a package called ${name} too: from now on this registry serves yours, and asks the upstream for it no more.`,
          ]
        : []),
      ...(near.length > 0
        ? [`Check the spelling: ${name} looks like ${near.join(', ')}, which is here already.`]
        : []),
    ];
    return { claimed: cover !== undefined, notices, detail };
  }

  async isClaimed(registry: RegistryRow, name: string, revision: number): Promise<boolean> {
    return (await this.#parts.claims.on(registry, name, revision)) !== undefined;
  }

  async #isUpstream(registry: RegistryRow, name: string, sight: Sight): Promise<boolean> {
    const upstream = this.#parts.upstreams.get(registry.format);
    if (upstream === undefined) return false;
    const policy = await this.#parts.policies.of(registry, sight.policyRevision);
    const scope = { registry, policy };
    const isThere =
      (await upstream.glance(scope, name)) ||
      isDocument(await answerWithin(ASK_FOR, upstream.document(scope, name)));
    if (isThere && policy.requireClaim) {
      throw new Fault(
        'claim_required',
        `An upstream registry has a package called ${name}, and ${registry.name} takes no such name unclaimed: ask an administrator to claim it (kontor registry claim ${name}).`,
      );
    }
    return isThere;
  }
}

/** `unknown` if it does not come in time, or cannot be told. Whoever else waits for the same goes on waiting. */
async function answerWithin<T>(ms: number, asked: Promise<T>): Promise<T | 'unknown'> {
  const { promise: late, resolve } = Promise.withResolvers<'unknown'>();
  const timer = setTimeout(resolve, ms, 'unknown' as const);
  try {
    return await Promise.race([
      asked.catch((error: unknown): 'unknown' => {
        if (isFault(error)) return 'unknown';
        throw error;
      }),
      late,
    ]);
  } finally {
    clearTimeout(timer);
  }
}

function isDocument(answer: object | 'unknown' | undefined): boolean {
  return answer !== undefined && answer !== 'unknown';
}
