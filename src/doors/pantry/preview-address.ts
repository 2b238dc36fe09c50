import { isReadableName, unscoped } from '../../formats/npm/index.ts';
import { Fault } from '../../kernel/index.ts';

/** Which preview a URL of pkg.pr.new's kind asks for: protocols/pantry 12, "URL forms". */
export interface PreviewAddress {
  /** Whose repository; undefined in the compact form, which leaves it to the previews of the name. */
  repository: { owner: string; repo: string } | undefined;
  name: string;
  /** A commit, whole or abbreviated, a branch, or the number of a pull request. */
  ref: string;
}

/** What stands before and after the sign that parts a package from its ref. */
interface Parts {
  segments: string[];
  ref: string;
}

const OWNER = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;
const LONGEST_REF = 255;

/**
 * Reads `/owner/repo/name@ref`, `/owner/name@ref` (of the repository of that name) or `/name@ref`, each with or without `.tgz` and
 * a query. Undefined if it is something else; Fault `bad_request` if it cannot be decoded.
 *
 * @param path begins with a slash, and is percent-encoded
 */
export function readPreviewAddress(path: string): PreviewAddress | undefined {
  const parts = partsOf(path);
  if (parts === undefined) return undefined;
  if (decoded(path) === undefined) throw new Fault('bad_request', 'Malformed URI');
  const { segments, ref } = parts;
  const { name, before } = packageOf(segments);
  const [owner, repo = unscoped(name)] = before;
  if (!isReadableName(name) || !isRef(ref) || !before.every((segment) => OWNER.test(segment)))
    return undefined;
  return { repository: owner === undefined ? undefined : { owner, repo }, name, ref };
}

/** True for what `readPreviewAddress` reads, and for what it refuses to read as malformed. */
export function isPreviewPath(path: string): boolean {
  if (!path.includes('@') && !path.includes('%40')) return false;
  if (decoded(path) === undefined) return partsOf(path) !== undefined;
  return readPreviewAddress(path) !== undefined;
}

/** The first segment if it is an owner; undefined if it belongs to the package. */
export function ownerIn(path: string): string | undefined {
  const parts = partsOf(path);
  return parts && packageOf(parts.segments).before[0];
}

function partsOf(path: string): Parts | undefined {
  const text = decoded(path) ?? legible(path);
  const separator = separatorIn(text);
  if (separator < 0) return undefined;
  const segments = text
    .slice(0, separator)
    .split('/')
    .filter((segment) => segment !== '');
  // `/-/` is never part of a name: it begins what a registry says of itself.
  if (segments.length === 0 || segments.includes('-') || packageOf(segments).before.length > 2)
    return undefined;
  return { segments, ref: text.slice(separator + 1) };
}

/** The first `@` that does not begin a scope and has something behind it. */
function separatorIn(text: string): number {
  for (let at = text.indexOf('@', 2); at >= 0 && at < text.length - 1; at = text.indexOf('@', at + 1)) {
    if (text[at - 1] !== '/') return at;
  }
  return -1;
}

function packageOf(segments: readonly string[]): { name: string; before: string[] } {
  const scope = segments.at(-2);
  const length = scope?.startsWith('@') ? 2 : 1;
  return { name: segments.slice(-length).join('/'), before: segments.slice(0, -length) };
}

function isRef(ref: string): boolean {
  return ref.length <= LONGEST_REF && !/\p{Cc}/u.test(ref);
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(bare(path));
  } catch {
    return undefined;
  }
}

/** A path that cannot be decoded, with the signs that give it its form. */
function legible(path: string): string {
  return bare(path).replace(/%40/g, '@').replace(/%2f/gi, '/');
}

/** Without query, and without the suffix that yarn asks of every tarball's URL. */
function bare(path: string): string {
  const query = path.indexOf('?');
  return (query < 0 ? path : path.slice(0, query)).replace(/\.tgz$/, '');
}
