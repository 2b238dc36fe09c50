/** How long an upstream may take, each in milliseconds. */
export interface Timeouts {
  /** To connect, TLS included. */
  connect: number;
  /** From the request to the response's headers. */
  headers: number;
  /** Between two pieces of a body. */
  idle: number;
  /** For a whole document: one that drips forever must not hold up everybody who waits for it. */
  document: number;
  /** For a whole file, likewise. */
  artifact: number;
}

export const defaultTimeouts: Timeouts = {
  connect: 10_000,
  headers: 30_000,
  idle: 30_000,
  document: 120_000,
  artifact: 1_800_000,
};
