/** What is under way to or from a registry, for whoever watches: a terminal, a log, nobody. */
export interface Progress {
  /**
   * Something begins to move.
   *
   * @param what what a person calls it: `json-parser 1.0.0`
   * @param total its bytes, if that is known
   */
  start(what: string, total?: number): Transfer;
  /** What begins until the returned function is called belongs together, though there may be moments in which nothing moves. */
  together(): () => void;
}

export interface Transfer {
  /** So many bytes more have moved. */
  advance(bytes: number): void;
  /** What has moved is lost: it begins anew. */
  restart(): void;
  /** It is over, well or badly. Counts once. */
  end(): void;
}

const nothing: Transfer = { advance: () => undefined, restart: () => undefined, end: () => undefined };

/** For where nobody watches. */
export const silent: Progress = { start: () => nothing, together: () => () => undefined };
