import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { array, assert, asyncProperty, boolean, integer, record } from 'fast-check';
import { expect, test } from 'vitest';
import { IndexDocument } from './document.ts';
import { changedPages, type Page } from './page.ts';
import type { BuiltEntry } from './read-entries.ts';

interface Change {
  place: number;
  isThere: boolean;
  isRestricted: boolean;
  content: number;
}

const change = record({
  place: integer({ min: 0, max: 400 }),
  isThere: boolean(),
  isRestricted: boolean(),
  content: integer({ min: 0, max: 9 }),
});

function built({ place, isThere, isRestricted, content }: Change): BuiltEntry {
  const name = `p-${place}`;
  const text = Buffer.from(JSON.stringify({ name, content }));
  const digest = createHash('sha256').update(text).digest();
  return {
    packageId: place,
    name,
    restricted: isRestricted,
    rulesKey: '',
    said: isThere ? { text, digest } : undefined,
  };
}

/** In an update the last word on a package counts, and there is one. */
function once(changes: Change[]): BuiltEntry[] {
  return [...new Map(changes.map((each) => [each.place, built(each)])).values()];
}

const documentOf = (pages: readonly Page[], visible: number[]) =>
  new IndexDocument(pages.flatMap((page) => page.passage(new Set(visible)) ?? []));

test('pages hold what was put in last, in order, however it came in, for each who may see it', async () => {
  const updates = array(array(change, { maxLength: 300, size: 'max' }), { maxLength: 6 });
  await assert(
    asyncProperty(updates, array(integer({ min: 0, max: 400 })), async (all, visible) => {
      let pages: Page[] = [];
      const expected = new Map<string, BuiltEntry>();
      for (const update of all.map(once)) {
        pages = changedPages(pages, update);
        // Documents of before must not show through.
        documentOf(pages, visible);
        for (const entry of update) expected.set(entry.name, entry);
      }
      for (const seen of [[], visible]) {
        const list = [...expected.values()]
          .filter(({ restricted, packageId }) => !restricted || seen.includes(packageId))
          .flatMap(({ name, said }) => (said ? [{ name, text: said.text.toString() }] : []))
          .toSorted((one, other) => (one.name < other.name ? -1 : 1));
        const document = documentOf(pages, seen);
        const text = document.plain().toString();
        expect(text).toBe(`[${list.map((each) => each.text).join(',')}]`);
        expect(document.length).toBe(Buffer.byteLength(text));
        expect(gunzipSync(await document.gzip()).toString()).toBe(text);
        // Another process that has read all of it at once says the same.
        const fresh = documentOf(changedPages([], [...expected.values()]), seen);
        expect(fresh.etag).toBe(document.etag);
      }
      expect(pages.every(({ entries }) => entries.length > 0 && entries.length <= 64)).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test('a change compresses and joins one page anew, and no other', () => {
  const all = Array.from({ length: 1000 }, (_, place) => ({
    place,
    isThere: true,
    isRestricted: false,
    content: 1,
  }));
  const before = changedPages([], once(all));
  const after = changedPages(before, once([{ place: 500, isThere: true, isRestricted: false, content: 2 }]));
  expect(before.length).toBeGreaterThan(10);
  expect(after.filter((page) => !before.includes(page))).toHaveLength(1);
});
