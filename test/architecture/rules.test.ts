import { describe, expect, test } from 'vitest';
import { importsOf, violations } from './rules.ts';

/** The rules that a small house breaks, given as `file: text`. */
function broken(files: Record<string, string>): string[] {
  return violations(new Map(Object.entries(files))).map(({ file, rule }) => `${file}: ${rule}`);
}

const uses = (target: string) => `import { x } from '${target}';\n`;

describe('planted violations are found', () => {
  test('an arrow against the order', () => {
    expect(broken({ 'src/kernel/a.ts': uses('../ledger/index.ts') })).toEqual([
      'src/kernel/a.ts: kernel imports nothing of ours.',
    ]);
    expect(broken({ 'src/accounts/a.ts': `import type { R } from '../registry/index.ts';` })).toEqual([
      'src/accounts/a.ts: accounts may import kernel, ledger, not registry.',
    ]);
  });

  test('an import past the face of a folder', () => {
    expect(broken({ 'src/ledger/a.ts': uses('../kernel/errors.ts') })).toEqual([
      'src/ledger/a.ts: A folder is imported through its index.ts only.',
    ]);
    expect(broken({ 'src/server/a.ts': uses('../doors/npm/routes.ts') })).toHaveLength(1);
  });

  test('a format that knows another, and a door that knows another', () => {
    expect(broken({ 'src/formats/npm/a.ts': uses('../zig/index.ts') })).toEqual([
      'src/formats/npm/a.ts: A format knows no other format.',
    ]);
    expect(broken({ 'src/doors/npm/routes/a.ts': uses('../../apt/index.ts') })).toEqual([
      'src/doors/npm/routes/a.ts: A door knows no other door.',
    ]);
  });

  test('storage named by anyone but the server', () => {
    for (const file of ['src/doors/npm/a.ts', 'src/cli/a.ts', 'src/registry/a.ts', 'src/client/a.ts']) {
      const up = '../'.repeat(file.split('/').length - 2);
      expect(broken({ [file]: uses(`${up}storage/sql/index.ts`) })).toEqual([
        `${file}: Only the server, which puts everything together, names storage.`,
      ]);
    }
  });

  test('a library in a room that must not know it', () => {
    expect(broken({ 'src/formats/npm/a.ts': uses('fastify') })).toHaveLength(1);
    expect(broken({ 'src/registry/a.ts': uses('kysely') })).toHaveLength(1);
    expect(broken({ 'src/accounts/a.ts': uses('node:http') })).toHaveLength(1);
  });

  test('a ring of rooms', () => {
    const ring = {
      'src/storage/sql/a.ts': uses('../files/index.ts'),
      'src/storage/files/b.ts': uses('../sql/index.ts'),
    };
    expect(broken(ring)).toHaveLength(2);
    expect(broken(ring)[0]).toContain('import each other');
  });

  test('a room that is not in the plan', () => {
    expect(broken({ 'src/utils/a.ts': uses('../kernel/index.ts') })[0]).toContain('not in the plan');
  });

  test('source that reaches for tests', () => {
    expect(broken({ 'src/kernel/a.ts': uses('../../test/setup/run.ts') })).toHaveLength(1);
  });

  test('a file that is too long', () => {
    expect(broken({ 'src/kernel/a.ts': 'x\n'.repeat(301) })[0]).toContain('make it two files');
    expect(broken({ 'src/kernel/a.ts': 'x\n'.repeat(501) })[0]).toContain('no file has more than 500');
  });

  test('a module that nothing uses, but not a worker that is started by its URL', () => {
    const files = {
      'src/cli/main.ts': uses('../kernel/index.ts'),
      'src/kernel/index.ts': `export { a } from './a.ts';`,
      'src/kernel/a.ts': `startWorker(new URL('./a-worker.ts', import.meta.url));`,
      'src/kernel/a-worker.ts': '',
      'src/kernel/orphan.ts': '',
    };
    expect(broken(files)).toEqual([
      'src/kernel/orphan.ts: Nothing that starts at src/cli/main.ts or src/index.ts uses it.',
    ]);
  });
});

test('a house in order passes, and tests may look anywhere', () => {
  const files = {
    'src/kernel/index.ts': '',
    'src/storage/sql/index.ts': uses('kysely') + uses('../../registry/index.ts'),
    'src/registry/index.ts': uses('../kernel/index.ts'),
    'src/doors/npm/index.ts': uses('../../formats/npm/index.ts') + uses('./routes/read.ts'),
    'src/doors/npm/routes/read.ts': uses('../shapes.ts') + uses('../../faults.ts'),
    'src/registry/a.test.ts': uses('../storage/sql/open.ts'),
  };
  expect(broken(files)).toEqual([]);
});

test('imports of every form are read, and comments are not', () => {
  const text = [
    `import {`,
    `  a,`,
    `} from './a.ts';`,
    `import type { B } from "./b.ts";`,
    `export * from '../c/index.ts';`,
    `import './d.ts';`,
    `const e = await import('./e.ts');`,
    `new URL('./f.ts', import.meta.url);`,
    `// import './no.ts';`,
    `/** import { x } from './no.ts' */`,
    `import g from 'node:fs';`,
  ].join('\n');
  expect(importsOf('src/kernel/x.ts', text)).toEqual([
    'src/kernel/a.ts',
    'src/kernel/b.ts',
    'src/c/index.ts',
    'src/kernel/d.ts',
    'src/kernel/e.ts',
    'src/kernel/f.ts',
    'node:fs',
  ]);
});
