import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { User } from '../../src/accounts/index.ts';
import { sha256Hex } from '../../src/kernel/index.ts';
import { theCommandLine, theServer } from '../../src/ledger/index.ts';
import type {
  NewPreview,
  PreviewReader,
  PreviewSender,
  PublishPreviews,
  RegistryRow,
} from '../../src/registry/index.ts';
import type { SqlStore } from '../../src/storage/sql/index.ts';
import { at, event, publishCommand, testUser } from './catalogue-fixtures.ts';
import { adapters, freshStore } from './stores.ts';

const sha = 'abc1234def5678';
const everything: PreviewReader = { readerId: 'all', trustedBy: [] };
const nobody: PreviewReader = { readerId: null, trustedBy: [] };
const place = { owner: 'acme', repo: 'demo', ref: 'main' };
let lastKey = 0;

function preview(name: string, more: Partial<NewPreview> = {}): NewPreview {
  const key = `commits/${sha}/${name}/${++lastKey}.tgz`;
  return {
    name,
    version: '1.0.0',
    packageDir: null,
    restricted: false,
    key,
    sha256: sha256Hex(key),
    sha1: 'a'.repeat(40),
    sha512: 'b64',
    size: 10,
    event: event('preview.publish', name, '1.0.0'),
    ...more,
  };
}

describe.each(adapters)('Previews on $name', (adapter) => {
  let store: SqlStore;
  let close: () => Promise<void>;
  let npm: RegistryRow;
  let anna: User;
  let ben: User;

  beforeEach(async () => {
    ({ store, close } = await freshStore(adapter));
    npm = await store.catalogue.createRegistry('npm', 'npm', at, theCommandLine);
    anna = await store.accounts.createUser(testUser('anna'));
    ben = await store.accounts.createUser(testUser('ben'));
  });
  afterEach(() => close());

  const publish = (packages: NewPreview[], more: Partial<PublishPreviews> = {}) =>
    store.previews.publish({
      registryId: npm.id,
      sha,
      repository: null,
      packages,
      cursors: [],
      run: null,
      publisherId: anna.id,
      publishedBy: 'anna',
      overrideOwnership: false,
      goneUntil: -1,
      at,
      ...more,
    });
  /** What a run of a continuous integration publishes of the branch. */
  const run = (commit: string, number: number | null, more: Partial<PublishPreviews> = {}) =>
    publish([preview('demo')], { sha: commit, run: number, cursors: [place], ...more });
  const pageOf = (afterKey: string, goneUntil = -1) =>
    store.previews.blobs({ goneUntil, afterKey, limit: 2 });
  const query = () => ({ registryId: npm.id, goneUntil: -1 });
  const namesOf = async (reader: PreviewReader, commit = sha) =>
    (await store.previews.ofCommit({ ...query(), sha: commit, reader })).map(({ name }) => name);
  const commits = (beginning: string, reader = everything) =>
    store.previews.commits({ ...query(), beginning, reader, limit: 4 });
  const find = (name: string, beginning = sha) =>
    store.previews.ofPackage({ ...query(), name, beginning, sight: 'all', limit: 4 });
  const atRef = (ref = 'main') =>
    store.previews
      .atCursor({ ...query(), name: 'demo', ref, repository: place, sight: 'all' })
      .then(([found]) => found);
  const both = () =>
    store.previews
      .atCursor({ ...query(), name: 'demo', ref: 'main', repository: place, sight: 'all' })
      .then((rows) => rows.map((row) => row.sha));
  const expire = (goneUntil: number, limit = 10) =>
    store.previews.expire({ goneUntil, limit, by: theServer, at: at + 1 });
  const siblings = (sender: PreviewSender, reader: PreviewReader = everything) =>
    store.previews.siblings({ ...query(), sha, reader, sender }).then((names) => names.toSorted());
  const asAnna = () => ({ userId: anna.id, administrator: false });
  const byBen = () => ({ publisherId: ben.id, publishedBy: 'ben' });
  const events = async () => {
    await store.events.seal(100);
    return (await store.events.sealed(0, 100)).filter(({ type }) => type.startsWith('preview.'));
  };

  test('packages of a commit are stored together and found by it', async () => {
    const [demo, other] = [preview('demo', { packageDir: 'packages/demo' }), preview('@acme/other')];
    expect(await publish([demo, other], { repository: 'https://git.example/acme/demo' })).toEqual({
      outcome: 'published',
      unusedKeys: [],
    });
    expect(await namesOf(everything)).toEqual(['@acme/other', 'demo']);
    const { event: _, ...row } = demo;
    expect(await find('demo', 'abc1234')).toEqual([
      {
        ...row,
        sha,
        repository: 'https://git.example/acme/demo',
        publisherId: anna.id,
        publishedBy: 'anna',
        publishedAt: at,
      },
    ]);
    expect((await events()).map((one) => [one.type, one.package])).toEqual([
      ['preview.publish', 'demo'],
      ['preview.publish', '@acme/other'],
    ]);
  });

  test('one that is published again is replaced, and its key given back', async () => {
    const [first, second] = [preview('demo'), preview('demo', { version: '1.0.1' })];
    await publish([first]);
    expect(await publish([second], { at: at + 5 })).toEqual({
      outcome: 'published',
      unusedKeys: [first.key],
    });
    expect(await find('demo')).toMatchObject([{ key: second.key, version: '1.0.1', publishedAt: at + 5 }]);
    expect(await store.previews.knownKeys([first.key, second.key])).toEqual(new Set([second.key]));
  });

  test('nothing at all is stored if one of them is refused', async () => {
    await store.catalogue.publish(publishCommand(npm, ben, '1.0.0', { name: 'bens' }));
    await expect(publish([preview('demo'), preview('bens')])).rejects.toMatchObject({ code: 'not_owner' });
    expect(await namesOf(everything)).toEqual([]);
    expect(await events()).toEqual([]);
  });

  test('one of a free name is replaced by its publisher or an administrator', async () => {
    await publish([preview('demo')]);
    const other = { publisherId: ben.id, publishedBy: 'ben' };
    await expect(publish([preview('demo')], other)).rejects.toMatchObject({ code: 'not_owner' });
    // Of a commit of his own, and of one whose time is over.
    await publish([preview('demo')], { ...other, sha: 'fff1234' });
    await publish([preview('demo')], { ...other, goneUntil: at, at: at + 1 });
    await publish([preview('demo')], { overrideOwnership: true });
    expect(await find('demo')).toMatchObject([{ publisherId: anna.id }]);
  });

  test('the publishers of a package replace what was there before it, and its rights say who sees it', async () => {
    await publish([preview('demo', { restricted: true })]);
    expect(await namesOf(nobody)).toEqual([]);
    await store.catalogue.publish(publishCommand(npm, ben, '1.0.0', { visibility: 'private' }));
    await publish([preview('demo', { restricted: true })], { publisherId: ben.id });
    const readers = { anna: anna.id, ben: ben.id };
    expect(await namesOf({ readerId: readers.ben, trustedBy: [] })).toEqual(['demo']);
    expect(await namesOf({ readerId: readers.anna, trustedBy: [] })).toEqual([]);
    expect(await namesOf(nobody)).toEqual([]);
    expect(await namesOf({ readerId: null, trustedBy: ['demo'] })).toEqual(['demo']);
    expect(await commits('abc1234', nobody)).toEqual([]);
    expect(await find('demo')).toMatchObject([{ restricted: false }]);
  });

  test('one of a name that only an upstream has is open to everybody', async () => {
    const command = publishCommand(npm, anna, '1.0.0', { origin: 'upstream', publisherId: null });
    await store.catalogue.publish({ ...command, visibility: 'private' });
    await publish([preview('demo')], { publisherId: ben.id });
    expect(await namesOf(nobody)).toEqual(['demo']);
  });

  test('what is restricted shows to its publisher and to administrators', async () => {
    await publish([preview('demo', { restricted: true }), preview('open')]);
    expect(await namesOf(nobody)).toEqual(['open']);
    expect(await namesOf({ readerId: ben.id, trustedBy: [] })).toEqual(['open']);
    expect(await namesOf({ readerId: anna.id, trustedBy: [] })).toEqual(['demo', 'open']);
    expect(await namesOf(everything)).toEqual(['demo', 'open']);
    for (const [sight, there] of [
      [{ userId: anna.id }, 1],
      [{ userId: ben.id }, 0],
      [{ userId: null }, 0],
      ['none', 0],
    ] as const) {
      const asked = { ...query(), name: 'demo', beginning: sha, sight, limit: 4 };
      expect(await store.previews.ofPackage(asked)).toHaveLength(there);
    }
  });

  test('nothing of a registry that is not theirs shows to anybody', async () => {
    await publish([preview('demo')]);
    await store.registrySettings.change({
      registryId: npm.id,
      change: { visibility: 'private' },
      by: theCommandLine,
      administrator: true,
      at,
    });
    expect(await namesOf(nobody)).toEqual([]);
    expect(await namesOf({ readerId: ben.id, trustedBy: [] })).toEqual([]);
    expect(await namesOf(everything)).toEqual(['demo']);
  });

  describe('a new package is made to depend', () => {
    test('on what its sender has published of the commit, not on what others have put there', async () => {
      await publish([preview('mine')]);
      await publish([preview('lodash')], byBen());
      expect(await siblings(asAnna())).toEqual(['mine']);
      expect(await siblings({ userId: ben.id, administrator: true })).toEqual(['lodash']);
      expect(await siblings(asAnna(), nobody)).toEqual(['mine']);
    });

    test('on what others have published of a package of the sender’s, since it is one', async () => {
      await publish([preview('demo')], { ...byBen(), at: at - 1 });
      await store.catalogue.publish(publishCommand(npm, anna, '1.0.0'));
      expect(await siblings(asAnna())).toEqual([]);
      await publish([preview('demo')], { overrideOwnership: true, ...byBen() });
      expect(await siblings(asAnna())).toEqual(['demo']);
      expect(await siblings({ userId: ben.id, administrator: false })).toEqual(['demo']);
      expect(await siblings({ userId: 999, administrator: false })).toEqual([]);
    });

    test('on what a job of the same repository has published of packages that are here', async () => {
      await store.catalogue.publish(publishCommand(npm, anna, '1.0.0'));
      const job = 'GitHub Actions, acme/demo';
      const byJob = { publisherId: null, overrideOwnership: true, publishedBy: job };
      await publish([preview('demo'), preview('free')], byJob);
      expect(await siblings({ job })).toEqual(['demo']);
      expect(await siblings({ job: 'GitHub Actions, eve/demo' })).toEqual([]);
    });
  });

  test('commits are found by the beginning of their sha', async () => {
    const shas = ['abc1234', 'abc12345', 'abc1234f', 'abc1235', `abc1234${'0'.repeat(57)}`];
    for (const one of shas) await publish([preview('demo'), preview('other')], { sha: one });
    expect(await commits('abc1234')).toEqual(['abc1234', shas[4], 'abc12345', 'abc1234f']);
    expect(await commits('abc1235')).toEqual(['abc1235']);
    expect(await commits('abc12350')).toEqual([]);
    expect((await find('demo', 'abc12345')).map((row) => row.sha)).toEqual(['abc12345']);
  });

  describe('a cursor', () => {
    test('leads to the commit of the newest run, whichever came last', async () => {
      await run('aaaaaaa', 7);
      await run('bbbbbbb', 6);
      expect(await atRef()).toMatchObject({ sha: 'aaaaaaa' });
      await run('ccccccc', 8);
      expect(await atRef()).toMatchObject({ sha: 'ccccccc' });
      expect(await atRef('12')).toBeUndefined();
    });

    test('without a number follows the time', async () => {
      await run('aaaaaaa', null, { at: at + 10 });
      await run('bbbbbbb', 9, { at });
      expect(await atRef()).toMatchObject({ sha: 'aaaaaaa' });
      await run('ccccccc', null, { at: at + 11 });
      expect(await atRef()).toMatchObject({ sha: 'ccccccc' });
    });

    test('is found without its repository too, first the one that was moved last', async () => {
      const asked = { ...query(), name: 'demo', ref: 'main', repository: undefined, sight: 'all' } as const;
      await run('aaaaaaa', 1);
      await run('bbbbbbb', 1, { cursors: [{ ...place, owner: 'other' }], at: at + 1 });
      expect(await store.previews.atCursor(asked)).toMatchObject([{ sha: 'bbbbbbb' }, { sha: 'aaaaaaa' }]);
      expect(await store.previews.atCursor({ ...asked, sight: 'none' })).toEqual([]);
      expect(await atRef()).toMatchObject({ sha: 'aaaaaaa' });
    });

    describe('of a free name', () => {
      test('is of each publisher by itself, and stands in nobody’s way', async () => {
        await run('aaaaaaa', 9);
        await run('bbbbbbb', 2, { ...byBen(), at: at + 1 });
        expect(await both()).toEqual(['bbbbbbb', 'aaaaaaa']);
        await run('ccccccc', 3, { ...byBen(), at: at + 2 });
        expect(await both()).toEqual(['ccccccc', 'aaaaaaa']);
        await run('ddddddd', 8);
        expect(await both()).toEqual(['ccccccc', 'aaaaaaa']);
      });

      test('is settled by an administrator, or by the package that there is then', async () => {
        await run('aaaaaaa', 1);
        await run('bbbbbbb', 1, byBen());
        await run('ccccccc', 1, { overrideOwnership: true });
        expect(await both()).toEqual(['ccccccc']);
        await run('ddddddd', 1, byBen());
        expect(await both()).toHaveLength(2);
        await store.catalogue.publish(publishCommand(npm, anna, '1.0.0'));
        await run('eeeeeee', 1);
        expect(await both()).toEqual(['eeeeeee']);
      });
    });

    test('is not handed to whoever publishes in the place of a preview whose time is over', async () => {
      await run('aaaaaaa', 1);
      await publish([preview('demo')], { ...byBen(), sha: 'aaaaaaa', goneUntil: at, at: at + 1 });
      expect(await find('demo', 'aaaaaaa')).toMatchObject([{ publisherId: ben.id }]);
      expect(await atRef()).toBeUndefined();
    });

    test('goes with the preview that it leads to', async () => {
      await run('aaaaaaa', 1);
      await expire(at);
      await run('bbbbbbb', 0);
      expect(await atRef()).toMatchObject({ sha: 'bbbbbbb' });
    });
  });

  test('what is older than it may be is gone for readers at once, and for good with the job, oldest first [P-52]', async () => {
    const old = [preview('a'), preview('b'), preview('c')];
    for (const [index, one] of old.entries()) await publish([one], { at: at + index });
    await publish([preview('young')], { at: at + 100 });
    const asked = { registryId: npm.id, goneUntil: at + 2, sha, reader: everything };
    expect((await store.previews.ofCommit(asked)).map(({ name }) => name)).toEqual(['young']);
    expect(await namesOf(everything)).toHaveLength(4);

    expect(await expire(at + 2, 2)).toEqual({ removed: 2, bytes: 20, keys: [old[0]?.key, old[1]?.key] });
    expect(await expire(at + 2, 2)).toMatchObject({ removed: 1 });
    expect(await expire(at + 2, 2)).toEqual({ removed: 0, bytes: 0, keys: [] });
    expect(await namesOf(everything)).toEqual(['young']);
    const told = (await events()).filter(({ type }) => type === 'preview.expire');
    expect(told.map((one) => [one.package, one.registry, one.detail['sha']])).toEqual(
      ['a', 'b', 'c'].map((name) => [name, 'npm', sha]),
    );
  });

  test('are locked by the job in the order of their names, as by publishes', async () => {
    const old = [preview('c'), preview('a'), preview('b')];
    for (const [index, one] of old.entries()) await publish([one], { at: at + index });
    expect((await expire(at + 2)).keys).toEqual([old[1], old[2], old[0]].map((one) => one?.key));
  });

  test('of a key the bar or the preview comes first, never both', async () => {
    const one = preview('demo');
    expect(await store.previews.barKey(one.key, at)).toBe(true);
    expect(await publish([one])).toEqual({ outcome: 'swept', key: one.key });
    expect(await namesOf(everything)).toEqual([]);
    const two = preview('demo');
    await publish([two]);
    expect(await store.previews.barKey(two.key, at)).toBe(false);
    await expire(at);
    expect(await store.previews.barKey(two.key, at)).toBe(true);
  });

  test('every blob is listed in the order of its key', async () => {
    const all = [preview('a'), preview('b'), preview('c')];
    await publish(all);
    const keys = all.map(({ key }) => key).toSorted();
    const page = await pageOf('');
    expect(page.map(({ key }) => key)).toEqual(keys.slice(0, 2));
    expect(page[0]).toEqual({ key: keys[0], sha256: sha256Hex(keys[0] ?? ''), size: 10 });
    expect(await pageOf(keys[1] ?? '')).toHaveLength(1);
    // A rule of the bucket may have taken those whose time is over.
    expect(await pageOf('', at)).toEqual([]);
  });

  test('a package that is unpublished as a whole takes its previews with it', async () => {
    await store.catalogue.publish(publishCommand(npm, anna, '1.0.0'));
    await publish([preview('demo'), preview('other')]);
    await store.catalogue.unpublish({
      registryId: npm.id,
      name: 'demo',
      actorId: anna.id,
      overrideOwnership: false,
      versions: 'all',
      tags: null,
      expectedRevision: null,
      at,
      event: event('package.unpublish', 'demo', null),
    });
    expect(await namesOf(everything)).toEqual(['other']);
    // Its next commit brings one again.
    await publish([preview('demo')]);
    expect(await namesOf(nobody)).toEqual(['demo', 'other']);
    const told = (await events()).filter(({ type }) => type === 'preview.remove');
    expect(told).toMatchObject([{ package: 'demo', registry: 'npm', detail: { previews: 1 } }]);
  });

  test('a user who is deleted leaves what others could see', async () => {
    await publish([preview('demo'), preview('secret', { restricted: true })]);
    await store.users.remove({ userId: anna.id, heirId: null, inherits: 'all', at, by: theCommandLine });
    expect(await namesOf(everything)).toEqual(['demo']);
    const told = (await events()).filter(({ type }) => type === 'preview.remove');
    expect(told).toMatchObject([{ package: 'secret', registry: 'npm', detail: { previews: 1 } }]);
  });

  test('two publishes of the same packages at once leave one of them, whole', async () => {
    const rounds = Array.from({ length: 6 }, (_, round) =>
      [preview('b'), preview('a')].map((one) => ({ one, round })),
    );
    const outcomes = await Promise.all(rounds.map((round) => publish(round.map(({ one }) => one))));
    const unused = outcomes.flatMap((one) => (one.outcome === 'published' ? one.unusedKeys : []));
    const rows = await store.previews.ofCommit({ ...query(), sha, reader: everything });
    expect(rows).toHaveLength(2);
    expect(unused).toHaveLength(10);
    const all = rounds.flat().map(({ one }) => one.key);
    expect([...unused, ...rows.map(({ key }) => key)].toSorted()).toEqual(all.toSorted());
  });
});
