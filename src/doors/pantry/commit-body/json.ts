import { Fault, isFault } from '../../../kernel/index.ts';
import { readTarballJson, type SentTarball, type TarballJson } from '../../body/index.ts';
import {
  discardAll,
  readNotes,
  textOf,
  tooLarge,
  type CommitBody,
  type CommitBodyOptions,
  type SentPackage,
} from './sent.ts';

/** Everything but the archives. */
const MAX_METADATA_BYTES = 1024 ** 2;

/** JSON with archives as base64: one package, named beside it (the seed), or a list (upstream's code). */
export async function readCommitJson(
  source: AsyncIterable<Uint8Array>,
  { maxTarballBytes, maxPackages, mayBring, stage }: CommitBodyOptions,
): Promise<CommitBody> {
  const body = await readTarballJson(source, {
    at: [['tarball'], ['packages', '*', 'tarball']],
    maxMetadataBytes: MAX_METADATA_BYTES,
    maxTarballBytes,
    maxTarballs: maxPackages,
    tooLarge: (path) =>
      tooLarge(path === 'tarball' ? 'the package' : path.replace(/\.tarball$/, ''), maxTarballBytes),
    stage,
  }).catch((error: unknown) => {
    throw isFault(error, 'json_invalid')
      ? new Fault('bad_request', `Invalid JSON body: ${error.message}`, { cause: error })
      : error;
  });
  try {
    const read = bodyOf(body);
    for (const { name } of read.packages) await mayBring(name);
    const broken = body.tarballs.find(({ invalid }) => invalid);
    if (broken?.invalid) throw broken.invalid;
    return read;
  } catch (error) {
    await discardAll(body.tarballs);
    throw error;
  }
}

function bodyOf({ document, tarballs }: TarballJson): CommitBody {
  const body = document as Record<string, unknown>;
  const at = new Map(tarballs.map((one) => [one.path, one]));
  const { packages } = body;
  if (packages === undefined) {
    if (body['name'] === undefined || body['sha'] === undefined) {
      throw new Fault('bad_request', 'Missing sha or packages');
    }
    return { ...readNotes(body), packages: [packageOf(body, at.get('tarball'))] };
  }
  if (body['sha'] === undefined || !Array.isArray(packages) || packages.length === 0) {
    throw new Fault('bad_request', 'Missing sha or packages');
  }
  if (at.has('tarball'))
    throw new Fault('bad_request', 'A tarball stands beside packages: put it among them');
  return {
    ...readNotes(body),
    packages: packages.map((entry: unknown, index) => packageOf(entry, at.get(`packages.${index}.tarball`))),
  };
}

function packageOf(entry: unknown, tarball: SentTarball | undefined): SentPackage {
  const notes = typeof entry === 'object' && entry !== null ? (entry as Record<string, unknown>) : {};
  const name = textOf('The name of a package', notes['name']);
  if (name === undefined) throw new Fault('bad_request', 'Package name is required');
  if (tarball === undefined) throw new Fault('bad_request', `Missing tarball for ${name}`);
  const { staged, digests } = tarball;
  return {
    name,
    version: textOf('version', notes['version']),
    packageDir: textOf('packageDir', notes['packageDir']),
    staged,
    digests,
  };
}
