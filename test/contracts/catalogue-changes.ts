import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { User } from '../../src/accounts/index.ts';
import { theServer } from '../../src/ledger/index.ts';
import type { Catalogue, PackageCommand, RegistryRow } from '../../src/registry/index.ts';
import { at, event, publishCommand, testUser, type OpenCatalogue } from './catalogue-fixtures.ts';

/** What every keeper of packages must do with those that are there: deprecate, unpublish, hand over, hide, star, count. */
export function catalogueChangesContract(adapter: string, open: OpenCatalogue): void {
  describe(`Changes of packages on ${adapter}`, () => {
    let opened: Awaited<ReturnType<OpenCatalogue>>;
    let catalogue: Catalogue;
    let registry: RegistryRow;
    let anna: User;
    let berta: User;

    beforeEach(async () => {
      opened = await open();
      catalogue = opened.catalogue;
      registry = await catalogue.createRegistry('npm', 'npm', at, theServer);
      anna = await opened.accounts.createUser(testUser('anna'));
      berta = await opened.accounts.createUser(testUser('berta'));
      for (const version of ['1.0.0', '1.1.0', '2.0.0-beta.1']) {
        await publish(version, { tags: version.includes('-') ? ['beta'] : ['latest'] });
      }
    });
    afterEach(() => opened.close());

    const publish = (version: string, more: Partial<Parameters<typeof publishCommand>[3]> = {}) =>
      catalogue.publish(publishCommand(registry, anna, version, more));
    const change = (more: Partial<PackageCommand> = {}): PackageCommand => ({
      registryId: registry.id,
      name: 'demo',
      actorId: anna.id,
      overrideOwnership: false,
      at: at + 5,
      event: event('package.change', 'demo', null),
      ...more,
    });
    const unpublish = (versions: string[] | 'all', more: object = {}) =>
      catalogue.unpublish({ ...change(), versions, tags: null, expectedRevision: null, ...more });
    const headOf = async (name = 'demo') => {
      const head = await catalogue.findPackage(registry.id, name);
      if (head === undefined) throw new Error(`${name} is not there`);
      return head;
    };
    const versionsOf = async () =>
      (await catalogue.versions((await headOf()).id, 0, 100)).map(({ version }) => version);

    const historyOf = async () => (await headOf()).history;
    const ownerNames = async () => (await catalogue.owners((await headOf()).id)).map(({ name }) => name);
    const handOver = (ids: number[], more: object = {}) =>
      catalogue.setOwners({ ...change(), owners: ids, expectedRevision: null, ...more });

    test('deprecates the named versions only, and takes it back', async () => {
      const { id } = await headOf();
      const messages = { '1.0.0': 'use 1.1.0' };
      expect(await catalogue.deprecate({ ...change(), messages })).toEqual({ revision: 4 });
      expect((await catalogue.versions(id, 0, 10)).map(({ deprecated }) => deprecated)).toEqual([
        'use 1.1.0',
        null,
        null,
      ]);
      await catalogue.deprecate({ ...change(), messages: { '1.0.0': null } });
      expect((await catalogue.version(id, '1.0.0'))?.deprecated).toBeNull();
    });

    test('counts what changes versions that were there before, which a publish or a tag does not', async () => {
      expect(await historyOf()).toBe(0);
      await catalogue.tag({ ...change(), tag: 'stable', version: '1.0.0' });
      expect(await historyOf()).toBe(0);
      await catalogue.deprecate({ ...change(), messages: { '1.0.0': 'old' } });
      expect(await historyOf()).toBe(1);
      await unpublish(['1.1.0']);
      expect(await historyOf()).toBe(2);
      await handOver([anna.id, berta.id]);
      expect(await historyOf()).toBe(3);
    });

    test('deprecates nothing at all if one of the versions is not there', async () => {
      const messages = { '1.0.0': 'old', '9.9.9': 'none' };
      await expect(catalogue.deprecate({ ...change(), messages })).rejects.toMatchObject({
        code: 'version_not_found',
      });
      expect((await catalogue.version((await headOf()).id, '1.0.0'))?.deprecated).toBeNull();
    });

    test('unpublishes a version for good: documents, tags and file are without it, its number is taken', async () => {
      await unpublish(['1.1.0']);
      const { id } = await headOf();
      expect(await versionsOf()).toEqual(['1.0.0', '2.0.0-beta.1']);
      expect(await catalogue.version(id, '1.1.0')).toBeUndefined();
      expect(await catalogue.tags(id)).toEqual({ beta: '2.0.0-beta.1' });
      expect(await catalogue.findArtifact(registry.id, 'demo', 'demo-1.1.0.tgz')).toBeUndefined();
      expect(await catalogue.hasVersion(id, '1.1.0')).toBe(true);
      await expect(publish('1.1.0')).rejects.toMatchObject({ code: 'version_exists' });
      expect(await catalogue.danglingReferences()).toEqual([]);
    });

    test('sets the tags that a client worked out for what is left', async () => {
      await unpublish(['1.1.0'], { tags: { latest: '1.0.0', beta: '2.0.0-beta.1' } });
      expect(await catalogue.tags((await headOf()).id)).toEqual({ latest: '1.0.0', beta: '2.0.0-beta.1' });
      await expect(unpublish(['1.0.0'], { tags: { latest: '1.0.0' } })).rejects.toMatchObject({
        code: 'version_not_found',
      });
      expect(await versionsOf()).toEqual(['1.0.0', '2.0.0-beta.1']);
    });

    test('unpublishing twice is no error', async () => {
      await unpublish(['1.1.0']);
      await unpublish(['1.1.0']);
      expect(await versionsOf()).toEqual(['1.0.0', '2.0.0-beta.1']);
    });

    test('refuses an unpublish on sight of an old state', async () => {
      await expect(unpublish(['1.0.0'], { expectedRevision: 2 })).rejects.toMatchObject({ code: 'conflict' });
      await unpublish(['1.0.0'], { expectedRevision: 3 });
      expect(await versionsOf()).toEqual(['1.1.0', '2.0.0-beta.1']);
    });

    test('a package without versions is removed, and only its owners may bring the name back', async () => {
      await unpublish('all');
      expect((await headOf()).removedAt).toBe(at + 5);
      expect(await versionsOf()).toEqual([]);
      await expect(unpublish('all')).rejects.toMatchObject({ code: 'package_not_found' });
      const foreign = publishCommand(registry, berta, '3.0.0');
      await expect(catalogue.publish(foreign)).rejects.toMatchObject({ code: 'not_owner' });
      await expect(publish('1.0.0')).rejects.toMatchObject({ code: 'version_exists' });
      await publish('3.0.0');
      expect((await headOf()).removedAt).toBeNull();
      expect(await versionsOf()).toEqual(['3.0.0']);
    });

    test('bars the key of a blob that nothing needs any more, and keeps one that another version needs', async () => {
      const shared = publishCommand(registry, anna, '1.0.0', { name: 'shared' });
      await catalogue.publish({
        ...shared,
        artifacts: shared.artifacts.map((file) => ({ ...file, key: 'npm/shared' })),
      });
      const twin = publishCommand(registry, anna, '1.0.0', { name: 'twin' });
      const [bytes] = shared.artifacts;
      if (bytes === undefined) throw new Error('no artifact');
      await catalogue.publish({ ...twin, artifacts: [{ ...bytes, file: 'twin-1.0.0.tgz', key: null }] });
      await catalogue.unpublish({
        ...change({ name: 'shared' }),
        versions: 'all',
        tags: null,
        expectedRevision: null,
      });
      expect(await catalogue.knownKeys(['npm/shared'])).toEqual(new Set(['npm/shared']));
      await catalogue.unpublish({
        ...change({ name: 'twin' }),
        versions: 'all',
        tags: null,
        expectedRevision: null,
      });
      expect(await catalogue.knownKeys(['npm/shared'])).toEqual(new Set());
      expect(await catalogue.barKey('npm/shared', at)).toBe(true);
    });

    test('hands a package over, and refuses to leave it without an owner', async () => {
      await handOver([anna.id, berta.id]);
      expect(await ownerNames()).toEqual(['anna', 'berta']);
      await expect(handOver([])).rejects.toMatchObject({ code: 'bad_request' });
      await expect(handOver([berta.id], { expectedRevision: 1 })).rejects.toMatchObject({ code: 'conflict' });
      await handOver([berta.id]);
      expect(await ownerNames()).toEqual(['berta']);
      await expect(handOver([anna.id])).rejects.toMatchObject({ code: 'not_owner' });
    });

    test('changes what may be seen by whom', async () => {
      expect((await headOf()).visibility).toBe('public');
      await catalogue.setVisibility({ ...change(), visibility: 'private' });
      expect((await headOf()).visibility).toBe('private');
      expect((await catalogue.findArtifact(registry.id, 'demo', 'demo-1.0.0.tgz'))?.visibility).toBe(
        'private',
      );
      await publish('1.2.0', { visibility: 'public' });
      expect((await headOf()).visibility).toBe('public');
      await publish('1.3.0', { name: 'hidden', visibility: 'private' });
      expect((await headOf('hidden')).visibility).toBe('private');
    });

    test('tells the revision of what everybody may read, where it can do so at once', async () => {
      const { openRevision } = catalogue;
      if (openRevision === undefined) return;
      const { id } = await headOf();
      expect(openRevision(id)?.revision).toBe((await headOf()).revision);
      await publish('1.2.0');
      expect(openRevision(id)?.revision).toBe((await headOf()).revision);
      await catalogue.setVisibility({ ...change(), visibility: 'private' });
      expect(openRevision(id)).toBeUndefined();
      await catalogue.setVisibility({ ...change(), visibility: 'public' });
      expect(openRevision(id)?.revision).toBe((await headOf()).revision);
      await catalogue.unpublish({ ...change(), versions: 'all', tags: null, expectedRevision: null });
      expect(openRevision(id)).toBeUndefined();
      expect(openRevision(id + 1)).toBeUndefined();
    });

    test('keeps stars, and shows only packages that the reader may see', async () => {
      const star = (name: string, starred = true) =>
        catalogue.star({
          registryId: registry.id,
          name,
          userId: berta.id,
          starred,
          at,
          event: event('package.star', name, null),
        });
      await publish('1.0.0', { name: 'hidden', visibility: 'private' });
      await star('demo');
      await star('demo');
      await star('hidden');
      expect(await catalogue.starredBy((await headOf()).id)).toEqual(['berta']);
      expect(await catalogue.starsOf(registry.id, 'Berta', null)).toEqual(['demo']);
      expect(await catalogue.starsOf(registry.id, 'berta', anna.id)).toEqual(['demo', 'hidden']);
      expect(await catalogue.starsOf(registry.id, 'berta', 'all')).toEqual(['demo', 'hidden']);
      await star('demo', false);
      expect(await catalogue.starredBy((await headOf()).id)).toEqual([]);
      await expect(star('nope')).rejects.toMatchObject({ code: 'package_not_found' });
    });

    test('keeps the evidence of a version', async () => {
      const attestation = { predicateType: 'https://slsa.dev/provenance/v1', bundle: '{"a":1}' };
      await publish('3.0.0', { attestation });
      const { id } = await headOf();
      expect(await catalogue.attestation(id, '3.0.0')).toEqual(attestation);
      expect(await catalogue.attestation(id, '1.0.0')).toBeUndefined();
      expect((await catalogue.version(id, '3.0.0'))?.provenance).toBe(attestation.predicateType);
    });
  });
}
