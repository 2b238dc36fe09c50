import type { Machine, Principal, SignedIn } from '../../accounts/index.ts';
import { checkNewName, readPackedRelease, readVersion } from '../../formats/npm/index.ts';
import { Fault, type Digests } from '../../kernel/index.ts';
import type { Catalogue, Publisher, RegistryRow, Signer, StagedBlob } from '../../registry/index.ts';
import { signedPublication } from '../npm-publication.ts';
import { publisherShape } from '../publisher-shape.ts';
import type { PublishMetadata } from './publish-metadata.ts';

/** An archive, and what is said of it. */
export interface PackedUpload {
  metadata: PublishMetadata;
  /** Finished, not promoted. */
  staged: StagedBlob;
  digests: Digests;
}

/**
 * Publishes an archive, as the latest version if it is the newest. `admit` has the last word before the archive is opened. Answers
 * sentences for the publisher. The staged bytes are the caller's to discard.
 */
export async function publishPacked(
  { catalogue, publisher, signer }: { catalogue: Catalogue; publisher: Publisher; signer: Signer },
  { registry, principal }: { registry: RegistryRow; principal: Principal },
  { metadata: { name, version, description }, staged, digests }: PackedUpload,
  admit: (sender: SignedIn | Machine) => Promise<void> = () => Promise.resolve(),
): Promise<string[]> {
  checkNewName(name);
  const { versionKey } = readVersion(version);
  const { sender, refusal } = await publisher.judge(registry, name, principal);
  if (refusal) throw refusal;
  const head = await catalogue.findPackage(registry.id, name);
  if (head && (await catalogue.hasVersion(head.id, versionKey))) {
    throw new Fault('version_exists', `${name} has a version ${version} already.`);
  }
  await admit(sender);
  const release = await readPackedRelease(
    { name, version, tags: [], description },
    { digests, open: () => staged.open() },
  );
  const publication = await signedPublication(signer, release, {
    staged,
    digests,
    publisher: publisherShape(sender, registry, name),
  });
  return (await publisher.publish(registry, sender, { ...publication, raisesDefault: true })).notices;
}
