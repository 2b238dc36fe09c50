import { Fault } from '../kernel/light/index.ts';
import { publishFault } from './publish.ts';
import { mayRead, seesRegistry, type Asker } from './rights.ts';
import type { Standing } from './standing.ts';

/**
 * How somebody stands to the previews of a name. A preview takes no name away from anybody, so one that only an upstream has is judged as
 * a name that is free: people publish previews of what they have forked.
 */
export function previewStanding<S extends Standing>(standing: S): S {
  return standing.package?.origin === 'upstream' ? { ...standing, package: null } : standing;
}

/** Whose previews of a name somebody may see: everybody's, nobody's, or those that are not restricted to other users. */
export type PreviewSight = 'all' | 'none' | { userId: number | null };

/** The rights on the package count, where one is owned here; a package that was unpublished keeps its own. */
export function previewSight(standing: Standing, asker: Asker): PreviewSight {
  if (!seesRegistry(standing, asker)) return 'none';
  const judged = previewStanding(standing);
  if (judged.package !== null && !mayRead(judged, asker)) return 'none';
  return asker.administrator ? 'all' : { userId: asker.userId };
}

/** True if the preview is among those that they may see. */
export function isInSight(
  sight: PreviewSight,
  preview: { restricted: boolean; publisherId: number | null },
): boolean {
  if (sight === 'all' || sight === 'none') return sight === 'all';
  return !preview.restricted || (sight.userId !== null && preview.publisherId === sight.userId);
}

/**
 * Why they may not publish a preview of this name, or put it in the place of one; also the check inside the transaction.
 *
 * @param held what is there already, if anything is
 */
export function previewFault(
  standing: Standing,
  name: string,
  asker: Asker,
  held?: { publisherId: number | null },
): Fault | undefined {
  const judged = previewStanding(standing);
  const fault = publishFault(judged, name, asker);
  if (fault !== undefined || held === undefined) return fault;
  const isTheirs = judged.package !== null || asker.administrator || held.publisherId === asker.userId;
  return isTheirs
    ? undefined
    : new Fault(
        'not_owner',
        `Somebody else has published a preview of ${name} here: only they or an administrator may put another one in its place.`,
      );
}
