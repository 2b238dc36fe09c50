/** The two forms of a packument; protocols/npm calls them full and abbreviated. */
export type Form = 'full' | 'abbreviated';

/** A document ready to be sent. */
export interface ReadyDocument {
  /** Identity of the uncompressed bytes; no quotes. */
  etag: string;
  gzip: Buffer;
}

export const contentTypes: Record<Form, string> = {
  full: 'application/json; charset=utf-8',
  abbreviated: 'application/vnd.npm.install-v1+json; charset=utf-8',
};
