import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isFault } from '../../kernel/light/index.ts';
import { lockChanges, readLock, wouldChange, writeLock, type Lock, type LockedPackage } from './index.ts';

const [A, B] = ['a'.repeat(64), 'b'.repeat(64)];

function locked(name: string, version: string, more: Partial<LockedPackage> = {}): LockedPackage {
  return { name, version, checksum: A, source: 'registry', dependencies: [], ...more };
}

const lockOf = (...packages: LockedPackage[]): Lock => new Map(packages.map((one) => [one.name, one]));

const TEXT = `version = 1

[packages.http-client]
version = "2.1.0"
checksum = "${A}"
source = "registry"
dependencies = [
    "json-parser",
    "sockets",
]

[packages.json-parser]
version = "1.2.0+b.1"
checksum = "${B}"
source = "registry"
dependencies = []

[packages.local-lib]
version = "0.1.0"
checksum = ""
source = "path+../local-lib"
dependencies = ["json-parser"]
`;

describe('[V-29] a lock file', () => {
  test('is written in the original’s form, sorted, whatever the order of what is in it', () => {
    const packages = [
      locked('local-lib', '0.1.0', {
        checksum: '',
        source: 'path+../local-lib',
        dependencies: ['json-parser'],
      }),
      locked('json-parser', '1.2.0+b.1', { checksum: B }),
      locked('http-client', '2.1.0', { dependencies: ['sockets', 'json-parser', 'sockets'] }),
    ];
    expect(writeLock(lockOf(...packages))).toBe(TEXT);
    expect(writeLock(lockOf(...packages.toReversed()))).toBe(TEXT);
    expect(writeLock(readLock(TEXT))).toBe(TEXT);
    expect(writeLock(new Map())).toBe('version = 1\n\n[packages]\n');
  });

  test('is read with the line ends, the order and the comments of others', () => {
    const text = `# by hand\nversion = 1\n[packages]\nb = { version = "1.0.0", checksum = "${A.toUpperCase()}", source = "registry" }\n`;
    expect(readLock(text.replaceAll('\n', '\r\n'))).toEqual(lockOf(locked('b', '1.0.0')));
    expect(readLock('version = 1').size).toBe(0);
  });

  test('tells what another one would change', () => {
    const before = lockOf(
      locked('a', '1.0.0'),
      locked('b', '1.0.0'),
      locked('c', '1.0.0'),
      locked('e', '1.0.0'),
    );
    const after = lockOf(
      locked('a', '1.0.0', { checksum: B }),
      locked('b', '1.1.0'),
      locked('d', '1.0.0'),
      locked('e', '1.0.0', { dependencies: ['a'] }),
    );
    expect(lockChanges(before, after)).toEqual([
      'a 1.0.0 has another checksum',
      'b 1.0.0 becomes 1.1.0',
      'c 1.0.0 goes',
      'd 1.0.0 is new',
      'e 1.0.0 has other dependencies',
    ]);
    expect(wouldChange(before, after)).toBe(true);
    expect(wouldChange(before, readLock(writeLock(before)))).toBe(false);
    expect(lockChanges(before, before)).toEqual([]);
    expect(wouldChange(undefined, new Map())).toBe(false);
    expect(wouldChange(undefined, before)).toBe(true);
  });

  test.each([
    ['version = 2', /is of version 2, and this program knows version 1: use a newer one/],
    ['[packages]', /is of no version/],
    ['version = 1\npackages = 1', /has no table of packages/],
    [`version = 1\n[[packages]]\nname = "a"`, /has no table of packages/],
    ['version = 1\n[packages.a]\nversion = "1.0"', /has no version of a/],
    [`version = 1\n[packages.a]\nversion = "1.0.0"\nchecksum = "${A}"`, /does not say where a is from/],
    [
      'version = 1\n[packages.a]\nversion = "1.0.0"\nsource = "registry"\nchecksum = "abc"',
      /no SHA-256 of a/,
    ],
    ['version = 1\n[packages."../a"]\n', /names "\.\.\/a"/],
    [
      TEXT.replace('dependencies = []', 'dependencies = [1]'),
      /no list of names as the dependencies of json-parser/,
    ],
    [
      TEXT.replace('= []', '= '),
      /not valid TOML, at line 16, column 16: .*\. Restore it, or delete the file, and install again\.$/,
    ],
    [
      TEXT.replace(
        'version = "0.1.0"',
        '<<<<<<< HEAD\nversion = "0.1.0"\n=======\nversion = "0.2.0"\n>>>>>>> other',
      ),
      /marks of a merge conflict, at line 19: take either side whole, or delete the file, and install again/,
    ],
  ])('is refused as %j', (text, sentence) => {
    expect(() => readLock(text)).toThrow(
      expect.objectContaining({ code: 'lock_invalid', message: expect.stringMatching(sentence) }),
    );
  });

  test('is read as it was written, and whatever the text is, it is a lock or a fault', () => {
    const name = fc.constantFrom('a', 'b-c', 'd_e', 'constructor', '0', 'version');
    const one = fc.record({
      version: fc.constantFrom('1.0.0', '2.0.0-rc.1', '0.0.1+x'),
      checksum: fc.constantFrom(A, B),
      source: fc.constant('registry' as const),
      dependencies: fc.uniqueArray(name).map((names) => names.toSorted()),
    });
    fc.assert(
      fc.property(fc.dictionary(name, one), fc.nat(), fc.string(), (packages, at, noise) => {
        const lock: Lock = new Map(
          Object.keys(packages)
            .toSorted()
            .flatMap((key) => {
              const said = packages[key];
              return said === undefined ? [] : [[key, { name: key, ...said }] as const];
            }),
        );
        const text = writeLock(lock);
        expect([...readLock(text)]).toEqual([...lock]);
        const place = at % text.length;
        try {
          readLock(text.slice(0, place) + noise + text.slice(place + 1));
        } catch (error) {
          if (!isFault(error)) throw error;
        }
      }),
      { numRuns: 300 },
    );
  });
});
