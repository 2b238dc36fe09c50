import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { SignedIn } from '../../../accounts/index.ts';
import { newestVersion, readVersion, unscoped } from '../../../formats/npm/index.ts';
import { Fault, isFault } from '../../../kernel/index.ts';
import type { Catalogue, PackageRow } from '../../../registry/index.ts';
import { readChangeBody } from '../change-body/index.ts';
import { readRevisionChange, type Remainder } from '../changes.ts';
import { localVersions } from '../../local-versions.ts';
import type { NpmDoorOptions } from '../options.ts';
import { nameOf } from '../request.ts';
import { isPartial, readRevision } from '../revision.ts';
import { assertFactorForWrite } from '../second-factor.ts';
import { notFound } from '../shapes.ts';
import { answer } from './metadata.ts';
import { ownersOf } from '../owners.ts';

/** A package that the sender may change, and the revision of it that they saw. */
interface Seen {
  head: PackageRow;
  principal: SignedIn;
  expectedRevision: number;
}

/** `npm unpublish`, `npm owner`: protocols/npm 3.5 and 3.3. Each may be sent again when its answer was lost. */
export function revisionRoutes(
  app: FastifyInstance,
  { accounts, organisations, catalogue, publisher, reader, secondFactors }: NpmDoorOptions,
): void {
  const seenBy = async (request: FastifyRequest): Promise<Seen> => {
    const name = nameOf(request);
    const principal = await publisher.assertMayChange(
      request.registry,
      name,
      await request.principal(),
      'manage',
    );
    const head = await reader.owned(request.registry, name, principal);
    if (head === undefined) throw notFound();
    const { rev } = request.params as { rev: string };
    return { head, principal, expectedRevision: readRevision(rev, head) };
  };

  app.put('/:name/-rev/:rev', { config: { audit: 'package.change' } }, async (request) => {
    const { head, principal, expectedRevision } = await seenBy(request);
    const change = readRevisionChange(await readChangeBody(request, principal.user.name));
    const { name } = head;
    if ('keep' in change) {
      const { rev } = request.params as { rev: string };
      if (isPartial(rev)) {
        throw new Fault(
          'conflict',
          `Versions of ${name} are hidden by the gate, and the document that you send lacks them: read it with ?write=true.`,
        );
      }
      const removal = await removalOf(catalogue, head, change);
      if (removal === undefined) return answer(head, head.revision);
      await assertFactorForWrite(secondFactors, request, principal);
      const done = await publisher.unpublish(request.registry, principal, {
        name,
        ...removal,
        expectedRevision,
      });
      return answer(head, done.revision);
    }
    const owners = await ownersOf({ accounts, organisations, catalogue }, head, change.maintainers);
    if (owners === undefined) return answer(head, head.revision);
    await assertFactorForWrite(secondFactors, request, principal);
    const done = await publisher.setOwners(request.registry, principal, {
      name,
      ...owners,
      expectedRevision,
    });
    return answer(head, done.revision);
  });

  app.delete('/:name/-rev/:rev', { config: { audit: 'package.change' } }, async (request) => {
    const { head, principal, expectedRevision } = await seenBy(request);
    await assertFactorForWrite(secondFactors, request, principal);
    const all = { name: head.name, versions: 'all' as const, tags: null, expectedRevision };
    return answer(head, (await publisher.unpublish(request.registry, principal, all)).revision);
  });

  app.delete('/:name/-/:file/-rev/:rev', { config: { audit: 'package.change' } }, async (request) => {
    const { head, principal, expectedRevision } = await seenBy(request);
    const { file } = request.params as { file: string };
    // npm sends this after a PUT that has removed the version, with a code that is used by then: so a code is asked for only
    // where there is something left to remove.
    const artifact = await catalogue.findArtifact(request.registry.id, head.name, file);
    if (artifact === undefined) {
      if (await wasThere(catalogue, head, file)) return answer(head, head.revision);
      throw notFound();
    }
    await assertFactorForWrite(secondFactors, request, principal);
    const removal = {
      versions: [artifact.version],
      tags: await tagsWithout(catalogue, head, artifact.version),
    };
    const done = await publisher.unpublish(request.registry, principal, {
      name: head.name,
      ...removal,
      expectedRevision,
    });
    return answer(head, done.revision);
  });
}

/** What goes and the tags that are left; undefined if all of it has happened before. */
async function removalOf(
  catalogue: Catalogue,
  head: PackageRow,
  { keep, tags }: Remainder,
): Promise<{ versions: string[]; tags: Record<string, string> } | undefined> {
  const versions: string[] = [];
  const left: string[] = [];
  for await (const { version } of localVersions(catalogue, head.id)) {
    (keep.has(version) ? left : versions).push(version);
  }
  const before = await catalogue.tags(head.id);
  const gone = new Set(versions);
  const wanted = tags ?? Object.entries(before).filter(([, version]) => !gone.has(version));
  const after = withLatest(Object.fromEntries(wanted), left);
  return versions.length === 0 && sameTags(before, after) ? undefined : { versions, tags: after };
}

async function tagsWithout(
  catalogue: Catalogue,
  head: PackageRow,
  removed: string,
): Promise<Record<string, string>> {
  const left: string[] = [];
  for await (const { version } of localVersions(catalogue, head.id)) {
    if (version !== removed) left.push(version);
  }
  const tags = Object.entries(await catalogue.tags(head.id));
  return withLatest(Object.fromEntries(tags.filter(([, version]) => version !== removed)), left);
}

/** Clients cannot do without the tag `latest`. */
function withLatest(tags: Record<string, string>, versions: string[]): Record<string, string> {
  const newest = newestVersion(versions);
  return Object.hasOwn(tags, 'latest') || newest === undefined ? tags : { ...tags, latest: newest };
}

function sameTags(one: Record<string, string>, other: Record<string, string>): boolean {
  const tags = Object.entries(one);
  return tags.length === Object.keys(other).length && tags.every(([tag, version]) => other[tag] === version);
}

/** True if the file is that of a version which was unpublished. */
async function wasThere(catalogue: Catalogue, { id, name }: PackageRow, file: string): Promise<boolean> {
  const start = `${unscoped(name)}-`;
  if (!file.startsWith(start) || !file.endsWith('.tgz')) return false;
  try {
    const { versionKey } = readVersion(file.slice(start.length, -'.tgz'.length));
    return await catalogue.hasVersion(id, versionKey);
  } catch (error) {
    if (isFault(error, 'version_invalid')) return false;
    throw error;
  }
}
