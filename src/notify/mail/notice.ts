/** What happened, as far as a mail tells of it. Kept as JSON until it has been sent. */
export interface NoticeFacts {
  /** Type of the event, such as `package.publish`. */
  type: string;
  /** Milliseconds since the epoch. */
  at: number;
  /** The user's name, or how else they showed who they are. */
  by: string;
  address: string | null;
  registry: string | null;
  package: string | null;
  version: string | null;
  /** The event's own facts. */
  detail: Record<string, unknown>;
}

/** A notice for one person. */
export interface Notice extends NoticeFacts {
  to: { name: string; address: string };
}
