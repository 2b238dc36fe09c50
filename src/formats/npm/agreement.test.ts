import { describe, expect, test } from 'vitest';
import { publish, refusal, type Json } from '../../../test/formats/npm-publish.ts';

describe('manifest and package.json may not disagree on', () => {
  test.each<[string, string, Json, Json]>([
    ['the name', 'name', {}, { name: 'other' }],
    ['the version', 'version', {}, { version: '1.0.1' }],
    ['the text of a script', 'scripts.test', { scripts: { test: 'a' } }, { scripts: { test: 'b' } }],
    ['a script that only the archive has', 'scripts.postinstall', {}, { scripts: { postinstall: 'evil' } }],
    ['an install script that only the manifest has', 'scripts.install', { scripts: { install: 'a' } }, {}],
    [
      'a build that no binding.gyp implies',
      'scripts.install',
      { scripts: { install: 'node-gyp rebuild' } },
      {},
    ],
    ['a dependency that only the archive has', 'dependencies.evil', {}, { dependencies: { evil: '1' } }],
    ['a dependency that only the manifest has', 'dependencies.a', { dependencies: { a: '*' } }, {}],
    [
      'the range of a dependency',
      'dependencies.a',
      { dependencies: { a: '1' } },
      { dependencies: { a: '2' } },
    ],
    [
      'a repository',
      'dependencies.a',
      { dependencies: { a: 'good/a' } },
      { dependencies: { a: 'github:evil/a' } },
    ],
    [
      'a host',
      'dependencies.a',
      { dependencies: { a: 'https://x.invalid/a/b' } },
      { dependencies: { a: 'git://y.invalid/a/b.git' } },
    ],
    ['a commit', 'dependencies.a', { dependencies: { a: 'o/a#1' } }, { dependencies: { a: 'o/a#2' } }],
    ['an alias', 'dependencies.a', { dependencies: { a: 'npm:b@1' } }, { dependencies: { a: 'npm:c@1' } }],
    ['an optional dependency', 'dependencies.o', {}, { optionalDependencies: { o: '1' } }],
    [
      'what is optional',
      'optionalDependencies.o',
      { dependencies: { o: '1' } },
      { optionalDependencies: { o: '1' } },
    ],
    ['a peer', 'peerDependencies.p', { peerDependencies: { p: '1' } }, { peerDependencies: { p: '2' } }],
    ['a command', 'bin.demo', { bin: 'evil.js' }, { bin: 'cli.js' }],
    ['a command that only the manifest has', 'bin.ls', { bin: { ls: 'a.js' } }, {}],
    ['the licence', 'license', { license: 'MIT' }, { license: 'GPL-3.0-only' }],
    ['a name every object inherits', 'dependencies.constructor', {}, { dependencies: { constructor: '1' } }],
  ])('%s', async (_, field, published, packed) => {
    expect(await refusal({ published, packed })).toContain(`manifest_invalid: "${field}" is `);
  });
});

describe('clients may change what they always change:', () => {
  test.each<[string, Json, Json, Record<string, string>?]>([
    ['version cleaned', {}, { version: ' v1.0.0+build.5' }],
    ['blanks cut', { scripts: { test: 'a' } }, { name: ' @acme/demo ', scripts: { test: ' a ' } }],
    [
      '.bin paths cut',
      { scripts: { test: 'tsc -p .' } },
      { scripts: { test: './node_modules/.bin/tsc -p .' } },
    ],
    ['start added', { scripts: { start: 'node server.js' } }, {}],
    ['gyp build added', { scripts: { install: 'node-gyp rebuild' } }, {}, { 'package/binding.gyp': '{}' }],
    ['publish scripts removed', {}, { scripts: { prepare: 'x', prepublishOnly: 'y' } }],
    ['broken scripts removed', {}, { scripts: 'nope' }],
    ['a script that never runs removed from the archive', { scripts: { lint: 'x' } }, {}],
    [
      'optional repeated',
      { dependencies: { o: '1' }, optionalDependencies: { o: '1' } },
      { optionalDependencies: { o: '1' } },
    ],
    [
      'optional removed',
      { optionalDependencies: { o: '1' } },
      { dependencies: { o: '2' }, optionalDependencies: { o: '1' } },
    ],
    [
      'lists made objects',
      { dependencies: { a: '1', '@s/b': '', c: '>=2' } },
      { dependencies: ['a@1', '@s/b', 'c >=2'] },
    ],
    ['broken ranges removed', { dependencies: {} }, { dependencies: { a: 1, b: null } }],
    ['bundled added', { dependencies: { f: '*' } }, { bundledDependencies: ['f'] }],
    ['shortcut spelled out', { dependencies: { a: 'github:o/a#v1' } }, { dependencies: { a: 'o/a#v1' } }],
    [
      'repository spelled out',
      { dependencies: { a: 'git+https://git.invalid/o/a.git', b: 'git+ssh://git@git.invalid/o/b.git' } },
      { dependencies: { a: 'https://git.invalid/o/a.git', b: 'git@git.invalid:o/b.git' } },
    ],
    ['bin made an object', { bin: { demo: 'cli.js' } }, { bin: './cli.js' }],
    ['bin made an object with the whole name', { bin: { '@acme/demo': 'cli.js' } }, { bin: './cli.js' }],
    ['bin list made an object', { bin: { 'cli.js': 'cli.js' } }, { bin: ['./cli.js'] }],
    [
      'bin kept inside',
      { bin: { x: 'bin/x.js', up: 'up.js' } },
      { bin: { './x': './bin/x.js', up: '../up.js', no: 1 } },
    ],
    ['bin dropped', {}, { bin: { up: '../up.js' } }],
    ['bin read from its folder', { bin: { 'x.js': 'bin/x.js' } }, { directories: { bin: './bin' } }],
    ['licence inferred', { license: 'MIT' }, {}],
    ['licence in an old form', { license: 'MIT' }, { license: { type: 'MIT', url: 'x' } }],
    ['licence spelled out', { license: 'Apache-2.0' }, { license: 'Apache' }],
    ['licence renamed', { license: 'MIT' }, { license: 'MIT/X11' }],
  ])('%s', async (_, published, packed, files = {}) => {
    expect((await publish({ published, packed, files })).version).toBe('1.0.0');
  });
});
