import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { User } from '../../src/accounts/index.ts';
import { theServer } from '../../src/ledger/index.ts';
import type { Catalogue, PublishCommand, RegistryRow, TagCommand } from '../../src/registry/index.ts';
import { artifact, at, event, publishCommand, testUser, type OpenCatalogue } from './catalogue-fixtures.ts';

/** What every keeper of packages must do. `open` gives an empty store each time. */
export function catalogueContract(adapter: string, open: OpenCatalogue): void {
  describe(`Catalogue on ${adapter}`, () => {
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
    });
    afterEach(() => opened.close());

    const command = (version: string, more: Partial<PublishCommand> = {}) =>
      publishCommand(registry, anna, version, more);
    const room = (version: string, characters: number) =>
      catalogue.publish(command(version, { summary: 'ä'.repeat(characters), mostSummaries: 100 }));
    const tag = (name: string, version: string | null, more: Partial<TagCommand> = {}): TagCommand => ({
      registryId: registry.id,
      name: 'demo',
      tag: name,
      version,
      actorId: anna.id,
      overrideOwnership: false,
      at: at + 1,
      event: event('package.tag', 'demo', version),
      ...more,
    });
    const headOf = async (name = 'demo') => {
      const head = await catalogue.findPackage(registry.id, name);
      if (head === undefined) throw new Error(`${name} is not there`);
      return head;
    };
    const versionsOf = async (name = 'demo') => {
      const head = await headOf(name);
      return (await catalogue.versions(head.id, 0, 1000)).map(({ version }) => version);
    };

    test('lists the registries that were made, and refuses a name twice', async () => {
      await expect(catalogue.createRegistry('npm', 'npm', at, theServer)).rejects.toMatchObject({
        code: 'registry_exists',
      });
      expect(await catalogue.registries()).toEqual([registry]);
    });

    test('knows nothing of what was not published', async () => {
      expect(await catalogue.findPackage(registry.id, 'demo')).toBeUndefined();
      expect(await catalogue.findArtifact(registry.id, 'demo', 'demo-1.0.0.tgz')).toBeUndefined();
      expect(await catalogue.findBlob('0'.repeat(64))).toBeUndefined();
    });

    test('publishes a version with everything that a reader needs', async () => {
      const publish = command('1.0.0');
      const result = await catalogue.publish(publish);
      expect(result).toMatchObject({ outcome: 'published', revision: 1, unusedKeys: [] });
      const head = await headOf();
      expect(head).toEqual({
        id: head.id,
        registryId: registry.id,
        name: 'demo',
        origin: 'local',
        revision: 1,
        history: 0,
        visibility: 'public',
        organisationId: null,
        removedAt: null,
        createdAt: at,
        updatedAt: at,
      });
      const [published] = publish.artifacts;
      const { key, ...row } = published ?? missing();
      const version = await catalogue.version(head.id, '1.0.0');
      expect(version).toEqual({
        id: version?.id,
        version: '1.0.0',
        manifest: publish.manifest,
        summary: publish.summary,
        publishedAt: at,
        publisherId: anna.id,
        deprecated: null,
        yankedAt: null,
        provenance: null,
        artifacts: [row],
      });
      expect(await catalogue.versions(head.id, 0, 10)).toEqual([version]);
      expect(await catalogue.tags(head.id)).toEqual({ latest: '1.0.0' });
      expect(await catalogue.owners(head.id)).toEqual([
        { kind: 'user', id: anna.id, name: 'anna', email: 'anna@example.com' },
      ]);
      expect(await catalogue.readme(head.id, '1.0.0')).toBe('read me 1.0.0');
      expect(await catalogue.findArtifact(registry.id, 'demo', row.file)).toEqual({
        ...row,
        packageId: head.id,
        revision: head.revision,
        policyRevision: 0,
        origin: 'local',
        upstreamTime: null,
        vanishedAt: null,
        upstream: null,
        versionId: version?.id,
        visibility: 'public',
        version: '1.0.0',
        key,
      });
      expect(await catalogue.findBlob(row.sha256)).toEqual({ key, sha256: row.sha256, size: row.size });
      expect(await catalogue.knownKeys([key ?? '', 'npm/other'])).toEqual(new Set([key]));
    });

    test('keeps names apart that differ in case or registry', async () => {
      const other = await catalogue.createRegistry('team-npm', 'npm', at, theServer);
      await catalogue.publish(command('1.0.0', { name: 'Demo' }));
      await catalogue.publish(
        command('1.0.0', { registryId: other.id, artifacts: [artifact('demo-1.0.0.tgz', 'x')] }),
      );
      expect(await catalogue.findPackage(registry.id, 'demo')).toBeUndefined();
      expect(await catalogue.findPackage(other.id, 'demo')).toBeDefined();
    });

    test('refuses a version twice and leaves nothing of the second try', async () => {
      await catalogue.publish(command('1.0.0'));
      const again = command('1.0.0', {
        artifacts: [artifact('demo-1.0.0.tgz', 'other bytes')],
        tags: ['next'],
      });
      await expect(catalogue.publish(again)).rejects.toMatchObject({ code: 'version_exists' });
      const head = await headOf();
      expect(head.revision).toBe(1);
      expect(await catalogue.tags(head.id)).toEqual({ latest: '1.0.0' });
      expect(await catalogue.findBlob(again.artifacts[0]?.sha256 ?? '')).toBeUndefined();
    });

    test('refuses a version whose summary has no room beside those that are published', async () => {
      await room('1.0.0', 60);
      await expect(room('1.1.0', 41)).rejects.toMatchObject({
        code: 'bad_request',
        message: expect.stringContaining('demo would take 101 characters in the index'),
      });
      expect(await versionsOf()).toEqual(['1.0.0']);
      await room('1.1.0', 40);
      await expect(room('1.1.0', 40)).rejects.toMatchObject({ code: 'version_exists' });
    });

    test('refuses versions that share what makes them unique', async () => {
      await catalogue.publish(command('1.0.0+one', { versionKey: '1.0.0' }));
      const other = command('1.0.0+two', { versionKey: '1.0.0' });
      await expect(catalogue.publish(other)).rejects.toMatchObject({ code: 'version_exists' });
      expect(await catalogue.hasVersion((await headOf()).id, '1.0.0')).toBe(true);
    });

    test('lets only owners publish, and whoever may override ownership', async () => {
      await catalogue.publish(command('1.0.0'));
      const foreign = command('1.0.1', { publisherId: berta.id });
      await expect(catalogue.publish(foreign)).rejects.toMatchObject({ code: 'not_owner' });
      expect(await versionsOf()).toEqual(['1.0.0']);
      await catalogue.publish({ ...foreign, overrideOwnership: true });
      expect(await versionsOf()).toEqual(['1.0.0', '1.0.1']);
      expect((await catalogue.owners((await headOf()).id)).map(({ name }) => name)).toEqual(['anna']);
    });

    test('never mixes versions of two origins under one name', async () => {
      const upstream: Partial<PublishCommand> = {
        origin: 'upstream',
        publisherId: null,
        tags: [],
        fallbackTag: null,
      };
      await catalogue.publish(command('1.0.0', { name: 'theirs', ...upstream }));
      await expect(catalogue.publish(command('2.0.0', { name: 'theirs' }))).rejects.toMatchObject({
        code: 'name_taken_upstream',
      });
      await catalogue.publish(command('1.0.0'));
      await expect(catalogue.publish(command('2.0.0', upstream))).rejects.toMatchObject({ code: 'conflict' });
      expect(await catalogue.tags((await headOf('theirs')).id)).toEqual({});
      expect(await catalogue.owners((await headOf('theirs')).id)).toEqual([]);
    });

    test('sets the fallback tag only on a package that lacks it', async () => {
      await catalogue.publish(command('1.0.0-beta.1', { tags: ['beta'] }));
      const { id } = await headOf();
      expect(await catalogue.tags(id)).toEqual({ beta: '1.0.0-beta.1', latest: '1.0.0-beta.1' });
      await catalogue.publish(command('1.0.0-beta.2', { tags: ['beta'] }));
      expect(await catalogue.tags(id)).toEqual({ beta: '1.0.0-beta.2', latest: '1.0.0-beta.1' });
    });

    test('keeps the same bytes once and tells which key nobody needs', async () => {
      const shared = 'the same bytes';
      await catalogue.publish(command('1.0.0', { artifacts: [artifact('demo-1.0.0.tgz', shared)] }));
      const second = artifact('demo-1.0.1.tgz', shared, 'npm/demo/1.0.1/demo-1.0.1.tgz');
      expect(await catalogue.publish(command('1.0.1', { artifacts: [second] }))).toMatchObject({
        outcome: 'published',
        unusedKeys: ['npm/demo/1.0.1/demo-1.0.1.tgz'],
      });
      const known = { ...artifact('demo-1.0.2.tgz', shared), key: null };
      expect(await catalogue.publish(command('1.0.2', { artifacts: [known] }))).toMatchObject({
        unusedKeys: [],
      });
      const keys = await Promise.all(
        ['1.0.0', '1.0.1', '1.0.2'].map((version) =>
          catalogue.findArtifact(registry.id, 'demo', `demo-${version}.tgz`),
        ),
      );
      expect(new Set(keys.map((found) => found?.key)).size).toBe(1);
    });

    test('answers blob-gone, and changes nothing, when a blob that was taken for known is not there', async () => {
      const gone = { ...artifact('demo-1.0.0.tgz', 'never stored'), key: null };
      expect(await catalogue.publish(command('1.0.0', { artifacts: [gone] }))).toEqual({
        outcome: 'blob-gone',
        sha256: gone.sha256,
      });
      expect(await catalogue.findPackage(registry.id, 'demo')).toBeUndefined();
    });

    test('bars a key for ever, but never one that a blob has', async () => {
      const publish = command('1.0.0');
      await catalogue.publish(publish);
      expect(await catalogue.barKey(publish.artifacts[0]?.key ?? '', at)).toBe(false);
      expect(await catalogue.barKey('npm/demo/1.0.1/demo-1.0.1.tgz', at)).toBe(true);
      expect(await catalogue.barKey('npm/demo/1.0.1/demo-1.0.1.tgz', at)).toBe(true);
      const late = artifact('demo-1.0.1.tgz', 'late', 'npm/demo/1.0.1/demo-1.0.1.tgz');
      expect(await catalogue.publish(command('1.0.1', { artifacts: [late] }))).toEqual({
        outcome: 'blob-gone',
        sha256: late.sha256,
      });
      expect(await catalogue.knownKeys(['npm/demo/1.0.1/demo-1.0.1.tgz'])).toEqual(new Set());
    });

    test('moves and removes tags, each time with a new revision', async () => {
      await catalogue.publish(command('1.0.0'));
      await catalogue.publish(command('1.1.0'));
      const { id } = await headOf();
      expect(await catalogue.tag(tag('stable', '1.0.0'))).toEqual({ revision: 3 });
      expect(await catalogue.tags(id)).toEqual({ latest: '1.1.0', stable: '1.0.0' });
      expect(await catalogue.tag(tag('stable', '1.1.0'))).toEqual({ revision: 4 });
      expect(await catalogue.tag(tag('stable', null))).toEqual({ revision: 5 });
      expect(await catalogue.tags(id)).toEqual({ latest: '1.1.0' });
      expect((await headOf()).updatedAt).toBe(at + 1);
    });

    test('refuses tags on what is not there or not yours', async () => {
      await expect(catalogue.tag(tag('stable', '1.0.0'))).rejects.toMatchObject({
        code: 'package_not_found',
      });
      await catalogue.publish(command('1.0.0'));
      await expect(catalogue.tag(tag('stable', '9.9.9'))).rejects.toMatchObject({
        code: 'version_not_found',
      });
      await expect(catalogue.tag(tag('stable', null))).rejects.toMatchObject({ code: 'tag_not_found' });
      await expect(catalogue.tag(tag('x', '1.0.0', { actorId: berta.id }))).rejects.toMatchObject({
        code: 'not_owner',
      });
      expect((await headOf()).revision).toBe(1);
    });

    test('accepts each of many versions published at once exactly once, and the same version once', async () => {
      const different = Array.from({ length: 16 }, (_, index) => catalogue.publish(command(`1.0.${index}`)));
      const same = Array.from({ length: 16 }, () =>
        catalogue
          .publish(
            command('2.0.0', { artifacts: [artifact('demo-2.0.0.tgz', randomBytes(8).toString('hex'))] }),
          )
          .then(
            () => 'accepted',
            (error: { code: string }) => error.code,
          ),
      );
      await Promise.all(different);
      expect((await Promise.all(same)).toSorted()).toEqual(['accepted', ...Array(15).fill('version_exists')]);
      expect((await versionsOf()).toSorted()).toEqual(
        [...Array.from({ length: 16 }, (_, index) => `1.0.${index}`), '2.0.0'].toSorted(),
      );
      expect((await headOf()).revision).toBe(17);
    });

    test('pages through versions in the order of publishing', async () => {
      for (const version of ['1.0.0', '0.9.0', '1.1.0']) await catalogue.publish(command(version));
      const { id } = await headOf();
      const first = await catalogue.versions(id, 0, 2);
      expect(first.map(({ version }) => version)).toEqual(['1.0.0', '0.9.0']);
      const rest = await catalogue.versions(id, first[1]?.id ?? 0, 2);
      expect(rest.map(({ version, artifacts }) => [version, artifacts.length])).toEqual([['1.1.0', 1]]);
    });

    test('pages through blobs in the order of their keys, whatever the letters', async () => {
      const keys = [
        'npm/a/1/b',
        'npm/~a/1/b',
        'npm/@x/y/1/b',
        'npm/a-b/1/b',
        'npm/a/1/%c3%a4',
        'npm/a+b/1/b',
      ];
      for (const [index, key] of keys.entries()) {
        await catalogue.publish(command(`1.0.${index}`, { artifacts: [artifact(`f${index}`, key, key)] }));
      }
      const seen: string[] = [];
      for (let after = ''; ;) {
        const page = await catalogue.blobs(after, 2);
        if (page.length === 0) break;
        seen.push(...page.map(({ key }) => key));
        after = page.at(-1)?.key ?? '';
      }
      expect(seen).toEqual(keys.toSorted());
    });

    test('finds no dangling reference in what it made itself', async () => {
      await catalogue.publish(command('1.0.0'));
      expect(await catalogue.danglingReferences()).toEqual([]);
    });

    test('stores text as it is: quotes, NUL-free unicode, half a megabyte', async () => {
      const manifest = JSON.stringify({ name: 'demo', text: `ä'"\\ \u{1f4e6} ${'x'.repeat(500_000)}` });
      await catalogue.publish(command('1.0.0', { manifest, readme: `'; drop table versions; --` }));
      const { id } = await headOf();
      expect((await catalogue.version(id, '1.0.0'))?.manifest).toBe(manifest);
      expect(await catalogue.readme(id, '1.0.0')).toBe(`'; drop table versions; --`);
    });
  });
}

function missing(): never {
  throw new Error('missing');
}
