import { hiddenFault, type Refused } from '../../../policy/index.ts';

/** The two forms of a packument; protocols/npm calls them full and abbreviated. */
export type Form = 'full' | 'abbreviated';

/** A document ready to be sent. */
export interface ReadyDocument {
  /** Identity of the uncompressed bytes; no quotes. */
  etag: string;
  gzip: Buffer;
  /** When it changes though nobody changes anything, milliseconds; null: never. */
  validUntil: number | null;
}

/** What stands in the place of a document of which the gate leaves nothing. */
export interface RefusedDocument {
  refused: Refused;
  validUntil: number | null;
}

/** Fault `version_hidden` for a refused one. */
export function readyOr(document: ReadyDocument | RefusedDocument): ReadyDocument {
  if ('refused' in document) throw hiddenFault(document.refused);
  return document;
}

export const contentTypes: Record<Form, string> = {
  full: 'application/json; charset=utf-8',
  abbreviated: 'application/vnd.npm.install-v1+json; charset=utf-8',
};
