import { readFileSync } from 'node:fs';
import { readLock, writeLock } from '../../src/client/project/index.ts';
import { PackageIndex } from '../../src/client/registry/index.ts';
import { resolve } from '../../src/client/resolve/index.ts';

/**
 * A program of its own, as cold as an install: reads the index of the file that it is given, chooses versions of what `p0` needs, and
 * makes the text of the lock file. Prints milliseconds and the number of packages.
 */
const [file = ''] = process.argv.slice(2);
const begun = performance.now();
const index = new PackageIndex(readFileSync(file), file);
const { packages } = resolve({ name: 'demo', wanted: [{ name: 'p0', requirement: '*' }] }, index);
const lock = writeLock(
  new Map(
    [...packages].map(([name, { version, dependencies }]) => {
      const checksum = index.version(name, version)?.checksum ?? '';
      return [name, { name, version, checksum, source: 'registry' as const, dependencies }];
    }),
  ),
);
const took = performance.now() - begun;
process.stdout.write(`${JSON.stringify({ took, packages: readLock(lock).size })}\n`);
