import type { ClientBase } from 'pg';

/** A query that no reasonable load makes last so long has lost its server, milliseconds. */
export const LONGEST_QUERY = 60_000;

/**
 * Ends a connection on which a query gets no answer within `limit()` milliseconds; undefined waits for ever. A server
 * whose host has vanished closes nothing, and TCP alone gives up only after a quarter of an hour. The query then rejects as
 * on any broken connection, and the pool opens another.
 */
export function loseAfter(
  limit: () => number | undefined,
  client: ClientBase & { end(): Promise<void> },
): void {
  const query = client.query.bind(client) as (...input: unknown[]) => unknown;
  client.query = (async (...input: unknown[]) => {
    const milliseconds = limit();
    if (milliseconds === undefined) return query(...input);
    const timer = setTimeout(() => void client.end(), milliseconds);
    try {
      return await query(...input);
    } finally {
      clearTimeout(timer);
    }
  }) as typeof client.query;
}
