import * as fc from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import { parse } from 'smol-toml';
import { describe, expect, test } from 'vitest';
import { isFault } from '../../kernel/light/index.ts';
import { withDependency, withoutDependency } from './edit.ts';

const HEAD = '# my package\n[package]\nname = "demo" # short\n\nversion = "1.0.0"\n';
const at = (requirement: string) => ({ requirement });

describe('a dependency is added', () => {
  test.each([
    [
      'behind the last',
      '[dependencies]\nz = "1" # why\na = "2"\n\n# end\n[build]\n',
      '[dependencies]\nz = "1" # why\na = "2"\nnew = "^1"\n\n# end\n[build]\n',
    ],
    [
      'in order, where the names have one',
      '[dependencies]\na = "1"\n# about z\nz = "2"\n',
      '[dependencies]\na = "1"\nnew = "^1"\n# about z\nz = "2"\n',
    ],
    [
      'to an empty table',
      '[dependencies] # mine\n\n[build]\n',
      '[dependencies] # mine\nnew = "^1"\n\n[build]\n',
    ],
    [
      'with the indentation of the others',
      '[dependencies]\n\t"a"   =   \'1\'\n',
      '[dependencies]\n\t"a"   =   \'1\'\n\tnew = "^1"\n',
    ],
    ['in a table of its own', '', '\n[dependencies]\nnew = "^1"\n'],
    ['in a table of its own, behind an empty line', '\n', '\n[dependencies]\nnew = "^1"\n'],
    [
      'to others that have sections',
      '[dependencies.a]\nversion = "1" # v\n\n# about build\n[build]\n',
      '[dependencies.a]\nversion = "1" # v\n\n[dependencies.new]\nversion = "^1"\n\n# about build\n[build]\n',
    ],
    [
      'beside sections, to the table',
      '[dependencies]\nb = "1"\n[dependencies.a]\nversion = "1"\n',
      '[dependencies]\nb = "1"\nnew = "^1"\n[dependencies.a]\nversion = "1"\n',
    ],
    [
      'to a file whose last line has no end',
      '[dependencies]\na = "1"',
      '[dependencies]\na = "1"\nnew = "^1"',
    ],
    [
      'in the line ends of the file',
      '[dependencies]\r\na = "1"\r\n',
      '[dependencies]\r\na = "1"\r\nnew = "^1"\r\n',
    ],
  ])('%s', (_, before, after) => {
    const head = before.includes('\r') ? HEAD.replaceAll('\n', '\r\n') : HEAD;
    expect(withDependency(head + before, 'new', at('^1'))).toBe(head + after);
  });

  test.each([
    [
      'an inline table',
      'dependencies = { a = "1" } # all\n',
      'dependencies = { a = "1", new = "^1" } # all\n',
    ],
    ['an empty inline table', 'dependencies = {}\n', 'dependencies = { new = "^1" }\n'],
    ['dotted keys', 'dependencies.a = "1"\n# c\n', 'dependencies.a = "1"\ndependencies.new = "^1"\n# c\n'],
  ])('to %s', (_, before, after) => {
    expect(withDependency(before + HEAD, 'new', at('^1'))).toBe(after + HEAD);
  });

  test('as a folder, and for development, under either name of the table', () => {
    expect(withDependency(HEAD, 'lib', { path: '../my "lib"' })).toBe(
      `${HEAD}\n[dependencies]\nlib = { path = "../my \\"lib\\"" }\n`,
    );
    expect(withDependency(HEAD, 'lib', at('1'), { dev: true })).toBe(
      `${HEAD}\n[dev-dependencies]\nlib = "1"\n`,
    );
    expect(withDependency(`${HEAD}[dev_dependencies]\n`, 'lib', at('1'), { dev: true })).toBe(
      `${HEAD}[dev_dependencies]\nlib = "1"\n`,
    );
  });
});

const around = (line: string) => `${HEAD}[dependencies]\n# first\n${line}\nb = "3"\n`;

describe('a dependency is changed', () => {
  test.each([
    ['a = "1"   # why', 'a = "^2"   # why'],
    ["'a' = '''1'''", '\'a\' = "^2"'],
    ['a = { version = "1", features = ["x"] } # f', 'a = { version = "^2", features = ["x"] } # f'],
    ['a = { features = ["x"] }', 'a = { version = "^2", features = ["x"] }'],
    ['a = { path = "../a" }', 'a = "^2"'],
    ['a = { path = "../a", features = ["x"] }', 'a = { version = "^2", features = ["x"] }'],
    ['a = { features = ["x, }"], path = "../a" }', 'a = { version = "^2", features = ["x, }"] }'],
    ['a.version = "1"\na.optional = true', 'a.version = "^2"\na.optional = true'],
    ['a.optional = true', 'a.optional = true\na.version = "^2"'],
  ])('from %j', (before, after) => {
    expect(withDependency(around(before), 'a', at('^2'))).toBe(around(after));
  });

  test('in a section of its own', () => {
    const text = `${HEAD}[dependencies.a] # A\n  path = "../a"\n  features = ["x"] # f\n`;
    expect(withDependency(text, 'a', at('^2'))).toBe(
      `${HEAD}[dependencies.a] # A\n  version = "^2"\n  features = ["x"] # f\n`,
    );
    expect(withDependency(text, 'a', { path: '../b' })).toBe(text.replace('../a', '../b'));
  });

  test('that has no more than a section below its own', () => {
    const text = `${HEAD}[dependencies.a.more]\nx = 1\n`;
    expect(withDependency(text, 'a', at('^2'))).toBe(`${text}\n[dependencies.a]\nversion = "^2"\n`);
  });

  test('in an inline table of all', () => {
    expect(withDependency(`dependencies = { a = "1", b = { path = "b" } }\n${HEAD}`, 'b', at('^2'))).toBe(
      `dependencies = { a = "1", b = "^2" }\n${HEAD}`,
    );
  });
});

describe('a dependency of the other kind is moved', () => {
  test.each([
    ['[dependencies]\na = "1"\nb = "2"\n', '[dependencies]\nb = "2"\n\n[dev-dependencies]\na = "^2"\n'],
    [
      '[dependencies]\na = { version = "1", features = ["x", "y"], optional = true }\n[dev_dependencies]\nb = "2"\n',
      '[dependencies]\n[dev_dependencies]\nb = "2"\na = { version = "^2", features = ["x", "y"], optional = true }\n',
    ],
    [
      '[dependencies.a]\npath = "../a"\ntarget = "linux"\n[dev-dependencies]\n',
      '[dev-dependencies]\na = { version = "^2", target = "linux" }\n',
    ],
    [
      '[dependencies]\na = "1"\n[dev-dependencies]\na = { version = "1", features = [] }\n',
      '[dependencies]\n[dev-dependencies]\na = { version = "^2", features = [] }\n',
    ],
  ])('from %j', (before, after) => {
    expect(withDependency(HEAD + before, 'a', at('^2'), { dev: true })).toBe(HEAD + after);
  });

  test('in the line ends of the file, though it is all there is', () => {
    expect(withDependency('[dependencies.b]\r\na = "1"', 'b', at('^2'), { dev: true })).toBe(
      '[dev-dependencies]\r\nb = { version = "^2", a = "1" }\r\n',
    );
  });

  test('and back, under whatever name', () => {
    const dev = withDependency(HEAD, 'constructor', at('1'), { dev: true });
    expect(withDependency(dev, 'constructor', at('1'))).toBe(
      `${HEAD}\n[dev-dependencies]\n\n[dependencies]\nconstructor = "1"\n`,
    );
  });

  test('unless it says what cannot be written elsewhere', () => {
    const text = `${HEAD}[dependencies.a.more]\nx = 1\n`;
    expect(() => withDependency(text, 'a', at('2'), { dev: true })).toThrow(/change it by hand/);
  });
});

describe('a dependency is removed', () => {
  test.each([
    ['[dependencies]\n# json\na = "1" # why\nb = "2"\n', '[dependencies]\n# json\nb = "2"\n'],
    ['[dependencies]\na = { path = """\n[x]\n""" }\n[build]\n', '[dependencies]\n[build]\n'],
    ['[dependencies]\na.version = "1"\nb = "2"\na.optional = true\n', '[dependencies]\nb = "2"\n'],
    ['\n[dependencies.a]\nversion = "1"\n\n# about build\n[build]\n', '\n# about build\n[build]\n'],
    ['[dependencies.a]\nversion = "1"\n[dependencies.a.more]\nx = 1\n[build]\n', '[build]\n'],
    [
      '[dependencies]\na = "1"\n[dev-dependencies]\na = "2"\nc = "3"\n',
      '[dependencies]\n[dev-dependencies]\nc = "3"\n',
    ],
    ['[dependencies]\nb = "2"\na = "1"', '[dependencies]\nb = "2"\n'],
  ])('from %j', (before, after) => {
    expect(withoutDependency(HEAD + before, 'a')).toBe(HEAD + after);
  });

  test('from an inline table, and from dotted keys', () => {
    const first = `dependencies = { a = "1", b = "2" }\n${HEAD}`;
    expect(withoutDependency(first, 'a')).toBe(`dependencies = { b = "2" }\n${HEAD}`);
    expect(withoutDependency(first, 'b')).toBe(`dependencies = { a = "1" }\n${HEAD}`);
    expect(withoutDependency(`dependencies.a = "1"\n${HEAD}`, 'a')).toBe(HEAD);
  });

  test('only if it is there', () => {
    expect(withoutDependency(`${HEAD}[build]\na = "1"\n[[x.dependencies]]\na = 1\n`, 'a')).toBeUndefined();
  });
});

test('what is written as nobody writes it is left as it is, with a sentence', () => {
  const text = `dependencies = { a.version = "1", a.path = "x" }\n${HEAD}`;
  expect(() => withDependency(text, 'a', at('2'))).toThrow(/change it by hand/);
});

test('a manifest of 10,000 lists is edited before anybody has looked up', { timeout: 10_000 }, () => {
  const lists = Array.from({ length: 10_000 }, (_, index) => `[[x.p${index}]]\na = 1\n`);
  const text = `${HEAD}[dependencies]\nz = "1"\n${lists.join('')}`;
  expect(withDependency(text, 'new', at('^1'))).toBe(text.replace('z = "1"\n', 'z = "1"\nnew = "^1"\n'));
});

const anyValue = fc.constantFrom(
  '"1"',
  '\'^1.0\' # "why"',
  '{ version = "1", features = ["a", "]"] }',
  '{ path = "../x" } # }',
  '{}',
  '"""\n[dependencies]\nx = 1"""',
  '[ 1, # one ]\n 2 ]',
);
const key = fc.constantFrom('a', '"a"', "'b'", 'b', 'c', 'a.version', 'b . path', '"a.b"', 'x');
const header = fc.constantFrom(
  '[package]',
  '[dependencies]',
  '[ dependencies ] # d',
  '[dependencies.a]',
  '[dependencies."b"]',
  '[dependencies.a.more]',
  '[dev-dependencies]',
  '[dev_dependencies]',
  '[build]',
  '[[lists]]',
  '[lists.dependencies]',
);
const anyLine = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(key, anyValue).map(([name, said]) => `${name} = ${said}`) },
  { weight: 2, arbitrary: header },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '',
      '# note',
      '  # [x]',
      'dependencies.c = "1"',
      'dependencies = { a = "1", "b" = { path = "x" } }',
    ),
  },
);
const document = fc
  .tuple(fc.array(anyLine, { maxLength: 14 }), fc.constantFrom('\n', '\r\n'), fc.boolean())
  .map(([lines, end, isEnded]) => `${lines.join('\n')}${isEnded ? '\n' : ''}`.replaceAll('\n', end));

/** The lines of the first text that are not in the second, in order, byte for byte. */
function lostLines(before: readonly string[], after: readonly string[]): string[] {
  const [first, ...rest] = before;
  if (first === undefined) return [];
  const withFirst = after.indexOf(first);
  const without = [first, ...lostLines(rest, after)];
  if (withFirst === -1) return without;
  const taken = lostLines(rest, after.slice(withFirst + 1));
  return taken.length <= without.length ? taken : without;
}

/** What is said beside the dependency in any of the tables. */
function others(text: string, name: string): Record<string, unknown> {
  const tables = new Set(['dependencies', 'dev-dependencies', 'dev_dependencies']);
  const found: Record<string, unknown> = {};
  for (const [table, value] of Object.entries(parse(text))) {
    if (!tables.has(table)) found[table] = value;
    else {
      const rest = Object.entries(value).filter(([one]) => one !== name);
      if (rest.length > 0) found[table] = Object.fromEntries(rest);
    }
  }
  return found;
}

/** Lines that end without a carriage return. */
const openEnds = (text: string) => [...text.matchAll(/(?<!\r)\n/g)].length;
const isOfAll = (line: string) => line.startsWith('dependencies = {') || line === '';

function isToml(text: string): boolean {
  try {
    return parse(text) !== undefined;
  } catch {
    return false;
  }
}

test('an edit changes what is wanted, and loses no line that is not about it', () => {
  let edited = 0;
  const name = fc.constantFrom('a', 'b', 'new');
  fc.assert(
    fc.property(document.filter(isToml), name, fc.boolean(), fc.boolean(), (text, one, dev, add) => {
      let after: string | undefined;
      try {
        after = add ? withDependency(text, one, at('^9'), { dev }) : withoutDependency(text, one);
      } catch (error) {
        if (isFault(error, 'manifest_invalid')) return true;
        throw error;
      }
      if (after === undefined) return true;
      edited++;
      const lost = lostLines(text.split(/\r?\n/), after.split(/\r?\n/)).map((said) => said.trim());
      const hasSection = new RegExp(`^\\[dependencies\\."?${one}`, 'm').test(text);
      const isLong = /"""|one \]/.test(text);
      const isAbout = (said: string) =>
        isOfAll(said) || (one !== 'new' && (hasSection || isLong || new RegExp(`\\b${one}\\b`).test(said)));
      const hasOtherEnds = text.includes('\r\n') && openEnds(after) > openEnds(text);
      return isDeepStrictEqual(others(after, one), others(text, one)) && lost.every(isAbout) && !hasOtherEnds;
    }),
    { numRuns: 1500 },
  );
  expect(edited).toBeGreaterThan(300);
});
