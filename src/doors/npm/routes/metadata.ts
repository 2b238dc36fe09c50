import type { FastifyRequest } from 'fastify';
import type { SignedIn } from '../../../accounts/index.ts';
import { Fault } from '../../../kernel/index.ts';
import type { PackageRow } from '../../../registry/index.ts';
import { readMetadataChange } from '../changes.ts';
import { localVersions } from '../../local-versions.ts';
import type { NpmDoorOptions } from '../options.ts';
import { revisionText } from '../revision.ts';
import { assertFactorForWrite } from '../second-factor.ts';

/** A document without a tarball that came to a package's own path, and who sent it. */
export interface SentMetadata {
  name: string;
  sender: SignedIn;
  document: unknown;
  /** Why the sender may not publish; undefined if they may. */
  refusal: Fault | undefined;
}

/** `npm deprecate`, `npm star`: protocols/npm 3.2 and 3.4. Who may not see a package learns what they would of one that is not there. */
export async function changeMetadata(
  { catalogue, reader, publisher, secondFactors }: NpmDoorOptions,
  request: FastifyRequest,
  { name, sender, document, refusal }: SentMetadata,
): Promise<{ ok: true; id: string; rev: string }> {
  const { registry } = request;
  const head = await reader.owned(registry, name, sender);
  const change = readMetadataChange(document, sender.user.name);
  if (change === undefined) {
    if (head && refusal) throw refusal;
    throw new Fault(
      'manifest_invalid',
      'A publish needs one tarball (.tgz) in _attachments; this body has none.',
    );
  }
  if (head === undefined) throw new Fault('package_not_found', `There is no package ${name} here.`);
  if ('star' in change) {
    const { revision } = await publisher.star(registry, sender, { name, starred: change.star });
    return answer(head, revision);
  }
  await publisher.assertMayChange(registry, name, sender, 'write');
  const messages: Record<string, string | null> = {};
  for await (const { version, deprecated } of localVersions(catalogue, head.id)) {
    const message = change.deprecate.get(version);
    if (message !== undefined && message !== deprecated) messages[version] = message;
  }
  if (Object.keys(messages).length === 0) return answer(head, head.revision);
  await assertFactorForWrite(secondFactors, request, sender);
  const { revision } = await publisher.deprecate(registry, sender, { name, messages });
  return answer(head, revision);
}

/** What clients expect of a changed document. */
export function answer(head: PackageRow, revision: number): { ok: true; id: string; rev: string } {
  return { ok: true, id: head.name, rev: revisionText({ id: head.id, revision }) };
}
