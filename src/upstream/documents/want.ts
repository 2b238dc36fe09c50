import type {
  IngestedDocument,
  UpstreamScope,
  UpstreamSettings,
  UpstreamWarning,
} from '../../registry/index.ts';
import { freshUntil } from './freshness.ts';
import { allOf, sourceOf, type Remote } from './routes.ts';
import type { DocumentHead } from './store.ts';

/** A request for one name, with what decides on its answer. */
export interface Want {
  scope: UpstreamScope;
  name: string;
  /** At least one. */
  remotes: Remote[];
  /** What is stored, if it is from an upstream that is still in question. */
  stored: DocumentHead | undefined;
}

/** A document that an upstream has, and how far it can be trusted. */
export interface Held {
  head: DocumentHead;
  /** Whom it is from. */
  remote: Remote;
  /** Until when asking again gives the same answer without a request upstream, milliseconds. */
  freshUntil: number;
  warning: UpstreamWarning | null;
  /** True if the upstream was asked just now, and has nothing newer. */
  isAsked: boolean;
  /** Its bytes, if they came just now. */
  content: IngestedDocument | undefined;
}

/** What the answer depends on: what is asked of other upstreams is another question. No part but the last can hold a blank. */
export function keyOf({ scope, name, remotes }: Want): string {
  return `${scope.registry.id} ${name} ${allOf(remotes)}`;
}

/** Those of the upstream that the stored document is from, or else of the first. */
export function settingsOf({ remotes, stored }: Want): UpstreamSettings {
  const source = (stored && sourceOf(stored, remotes)) ?? remotes[0];
  if (source === undefined) throw new Error('no upstream is in question');
  return source.settings;
}

/** See `freshUntil`; undefined too for what is from an upstream that is not in question. */
export function trustedUntil({ remotes }: Want, head: DocumentHead, now: number): number | undefined {
  const source = sourceOf(head, remotes);
  return source && freshUntil(head, source.settings, now);
}

/** Undefined if there is no document. */
export function held(
  { remotes }: Want,
  head: DocumentHead,
  until: number,
  warning: UpstreamWarning | null,
): Held | undefined {
  const remote = sourceOf(head, remotes);
  if (head.status === 'missing' || remote === undefined) return undefined;
  return { head, remote, freshUntil: until, warning, isAsked: false, content: undefined };
}
