import { Fault, isObject } from '../../../kernel/index.ts';
import { readForm, type Form, type FormFile } from '../../multipart.ts';
import {
  discardAll,
  readNotes,
  textOf,
  tooLarge,
  type CommitBody,
  type CommitBodyOptions,
  type SentPackage,
} from './sent.ts';

const PREFIX = 'package:';
/** Fields of the form, and what they are called in the metadata. */
const FIELDS: ReadonlyMap<string, string> = new Map([
  ['metadata', 'metadata'],
  ['sha', 'sha'],
  ['repository', 'repository'],
  ['branch', 'branch'],
  ['pull_request', 'pullRequest'],
  ['run', 'run'],
]);

/**
 * A form with a part `package:<name>` for each package. Either fields say the rest (the seed), or a field `metadata` does, as JSON that
 * lists the packages (the Pantry CLI).
 */
export async function readCommitForm(
  contentType: string,
  source: AsyncIterable<Uint8Array>,
  { maxTarballBytes, maxPackages, mayBring, stage }: CommitBodyOptions,
): Promise<CommitBody> {
  const form = await readForm(contentType, source, {
    kindOf: (part) => (part.startsWith(PREFIX) ? 'file' : FIELDS.has(part) ? 'field' : undefined),
    stage: async (part) => {
      await mayBring(nameOf(part));
      return stage();
    },
    maxFileBytes: maxTarballBytes,
    tooLarge: (part) => tooLarge(nameOf(part), maxTarballBytes),
    maxFiles: maxPackages,
  });
  try {
    return bodyOf(form);
  } catch (error) {
    await discardAll(form.files);
    throw error;
  }
}

function nameOf(part: string): string {
  return part.slice(PREFIX.length);
}

function bodyOf({ fields, files }: Form): CommitBody {
  const twice = files.find((file, index) => files.findIndex(({ name }) => name === file.name) < index);
  if (twice) throw new Fault('bad_request', `${nameOf(twice.name)} is there twice: send each package once.`);
  const said = Object.fromEntries(fields.map(({ name, value }) => [FIELDS.get(name) ?? name, value]));
  const metadata = said['metadata'];
  if (metadata === undefined) {
    if (said['sha'] === undefined) throw new Fault('bad_request', 'Missing sha or metadata');
    if (files.length === 0) throw new Fault('bad_request', 'Missing packages');
    return { ...readNotes(said), packages: files.map((file) => packageOf(file, {})) };
  }
  const notes = parse(metadata);
  return { ...readNotes(notes), packages: listed(notes['packages'], files) };
}

function parse(metadata: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(metadata);
    if (isObject(value)) return value;
  } catch {
    // Told below.
  }
  throw new Fault('bad_request', 'Invalid metadata JSON');
}

/** Each package that is listed with its part. Upstream passes over one without: then it would be missing, and nobody the wiser. */
function listed(packages: unknown, files: FormFile[]): SentPackage[] {
  if (!Array.isArray(packages) || packages.length === 0) {
    throw new Fault('bad_request', 'Missing packages in metadata');
  }
  const parts = new Map(files.map((file) => [nameOf(file.name), file]));
  const sent = packages.map((entry: unknown) => {
    const name = isObject(entry) ? textOf('The name of a package', entry['name']) : undefined;
    if (!isObject(entry) || name === undefined) throw new Fault('bad_request', 'Package name is required');
    const file = parts.get(name);
    if (file === undefined) {
      throw new Fault('bad_request', `Missing tarball for ${name}: send it in a part called package:${name}`);
    }
    return packageOf(file, entry);
  });
  const names = new Set(sent.map(({ name }) => name));
  const extra = files.find((file) => !names.has(nameOf(file.name)));
  if (extra) {
    throw new Fault('bad_request', `${nameOf(extra.name)} is not listed among the packages of the metadata`);
  }
  return sent;
}

function packageOf({ name, staged, digests }: FormFile, entry: Record<string, unknown>): SentPackage {
  return {
    name: nameOf(name),
    version: textOf('version', entry['version']),
    packageDir: textOf('packageDir', entry['packageDir']),
    staged,
    digests,
  };
}
