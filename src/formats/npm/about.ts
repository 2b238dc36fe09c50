import { isObject, own, type JsonObject } from './json.ts';

/** What a package.json says of its package, each in one text; what it does not say, or not so that anybody could read it, is left out. */
export interface About {
  description?: string;
  /** A URL, as it was written. */
  repository?: string;
  homepage?: string;
  license?: string;
  /** The name alone. */
  author?: string;
  keywords?: string[];
}

/** Reads the fields that come in several forms: docs.npmjs.com/cli/configuring-npm/package-json. `manifest` is parsed JSON. */
export function aboutPackage(manifest: unknown): About {
  if (!isObject(manifest)) return {};
  const found: Record<keyof Omit<About, 'keywords'>, string | undefined> = {
    description: text(own(manifest, 'description')),
    repository: text(own(manifest, 'repository'), 'url'),
    homepage: text(own(manifest, 'homepage')),
    license: licenseOf(manifest),
    author: personOf(own(manifest, 'author')),
  };
  const keywords = keywordsOf(own(manifest, 'keywords'));
  return {
    ...Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined)),
    ...(keywords.length > 0 && { keywords }),
  };
}

/** A text, or the text in a field of an object. */
function text(value: unknown, field?: string): string | undefined {
  const found = field !== undefined && isObject(value) ? own(value, field) : value;
  return typeof found === 'string' && found !== '' ? found : undefined;
}

/** `"MIT"`, `{"type":"MIT"}`, and the list of these that old packages have. */
function licenseOf(manifest: JsonObject): string | undefined {
  const license = text(own(manifest, 'license'), 'type');
  const licenses = own(manifest, 'licenses');
  return license ?? (Array.isArray(licenses) ? text(licenses[0], 'type') : undefined);
}

/** `"Anna <anna@example.com> (https://example.com)"`, or `{"name":"Anna"}`. */
function personOf(value: unknown): string | undefined {
  const person = text(value, 'name')?.split(/[<(]/, 1)[0]?.trim();
  return person === '' ? undefined : person;
}

/** A list, or the text with commas that old packages have. */
function keywordsOf(value: unknown): string[] {
  const list: unknown[] = typeof value === 'string' ? value.split(',') : Array.isArray(value) ? value : [];
  return list.flatMap((word) => (typeof word === 'string' && word.trim() !== '' ? [word.trim()] : []));
}
