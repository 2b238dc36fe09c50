import type { Release } from '../formats/npm/index.ts';
import type { Digests } from '../kernel/index.ts';
import type { Publication, Signature, Signer, StagedBlob } from '../registry/index.ts';
import type { PublisherShape } from './publisher-shape.ts';

/** A version of an npm package, whatever door it came in by: signed, and said to be `publisher`'s. */
export async function signedPublication(
  signer: Signer,
  release: Release,
  { staged, digests, publisher }: { staged: StagedBlob; digests: Digests; publisher: PublisherShape },
): Promise<Publication> {
  const signature = await signer.sign(signedText(release.name, release.version, digests.sha512));
  const facts = JSON.stringify({ ...release.facts, signatures: [signatureShape(signature)] });
  return {
    name: release.name,
    version: release.version,
    versionKey: release.versionKey,
    manifest: withPublisher(release.manifest, publisher),
    summary: release.summary,
    readme: release.readme,
    searchText: release.searchText,
    deprecated: release.deprecated,
    visibility: release.visibility,
    attestation: release.attestation,
    tags: release.tags,
    // A package whose first version has another tag gets `latest` as well: clients cannot do without it.
    fallbackTag: 'latest',
    artifacts: [{ file: release.file, facts, digests, staged }],
  };
}

/** Subresource-integrity text of a SHA-512 in base64. */
export function integrity(sha512: string): string {
  return `sha512-${sha512}`;
}

/** What a registry's signature vouches for; the docs call it the package's signature text. */
function signedText(name: string, version: string, sha512: string): string {
  return `${name}@${version}:${integrity(sha512)}`;
}

/** An entry of `dist.signatures`. */
function signatureShape({ keyId, sig }: Signature): { keyid: string; sig: string } {
  return { keyid: keyId, sig };
}

/** `_npmUser`, which says who published a version. */
function withPublisher(manifest: string, publisher: PublisherShape): string {
  return `${manifest.slice(0, -1)},"_npmUser":${JSON.stringify(publisher)}}`;
}
