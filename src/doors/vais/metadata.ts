import type { About } from '../../formats/vais/index.ts';
import { Fault, isObject } from '../../kernel/index.ts';

/** What a client sends beside the archive: protocols/vais 2. Other members mean nothing: the manifest in the archive counts. */
export interface SentMetadata {
  name: string;
  version: string;
  /** Of the archive as the client has it; undefined if it does not say. */
  checksum: string | undefined;
  about: About;
}

/** Fault `json_invalid` for what is no JSON, and for members of another type. */
export function readMetadata(text: string): SentMetadata {
  const fields = parse(text);
  return {
    name: wanted(textAt(fields, 'name'), 'name'),
    version: wanted(textAt(fields, 'version'), 'version'),
    checksum: textAt(fields, 'checksum'),
    about: {
      description: textAt(fields, 'description'),
      license: textAt(fields, 'license'),
      homepage: textAt(fields, 'homepage'),
      repository: textAt(fields, 'repository'),
      documentation: textAt(fields, 'documentation'),
      authors: textsAt(fields, 'authors'),
      keywords: textsAt(fields, 'keywords'),
      categories: textsAt(fields, 'categories'),
    },
  };
}

type Fields = Readonly<Record<string, unknown>>;

function parse(text: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new Fault('json_invalid', 'The part metadata is not valid JSON.', { cause });
  }
  if (isObject(value)) return value;
  throw invalid('must hold an object');
}

function textAt(fields: Fields, key: string): string | undefined {
  const value = fields[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  throw invalid(`must have a text under ${key}`);
}

function textsAt(fields: Fields, key: string): string[] {
  const value = fields[key];
  if (value === undefined || value === null) return [];
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
  throw invalid(`must have a list of texts under ${key}`);
}

function wanted(text: string | undefined, key: string): string {
  if (text !== undefined) return text;
  throw invalid(`lacks ${key}`);
}

function invalid(what: string): Fault {
  return new Fault('json_invalid', `The part metadata ${what}.`);
}
