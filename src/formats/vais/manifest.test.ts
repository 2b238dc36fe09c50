import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isFault } from '../../kernel/light/index.ts';
import { readVaisManifest } from './index.ts';

const SAMPLE = `[package]
name = "my-package"
version = "1.0.0"
authors = ["Your Name <your.email@example.com>"]
description = "A sample Vais package"
license = "MIT"

[dependencies]
json-parser = "^1.0.0"
http-client = { version = "~2.1.0" }
local-lib = { path = "../local-lib" }

[dev-dependencies]
test-framework = ">=0.5.0"
`;
const HEAD = '[package]\nname = "demo"\nversion = "1.0.0"\n';

function refusal(text: string): string {
  try {
    readVaisManifest(text);
  } catch (error) {
    if (isFault(error, 'manifest_invalid')) return error.message;
    throw error;
  }
  throw new Error('It was taken.');
}

describe('a manifest', () => {
  test('[V-40] is read as the guide shows it, word for word', () => {
    expect(readVaisManifest(SAMPLE)).toEqual({
      name: 'my-package',
      version: '1.0.0',
      authors: ['Your Name <your.email@example.com>'],
      description: 'A sample Vais package',
      license: 'MIT',
      keywords: [],
      categories: [],
      dependencies: {
        'json-parser': { requirement: '^1.0.0' },
        'http-client': { requirement: '~2.1.0' },
        'local-lib': { requirement: '*', path: '../local-lib' },
      },
      devDependencies: { 'test-framework': { requirement: '>=0.5.0' } },
    });
  });

  test('has more fields than the guide shows, and others that nobody knows', () => {
    const text = `${HEAD}homepage = "https://example.com"
repository = "https://example.com/git"
documentation = "https://example.com/docs"
keywords = ["json", "fast"]
categories = ["parsing"]
edition = 2026

[build]
opt_level = 3

[dependencies.http]
version = "1.*"
features = ["tls"]
optional = true
target = "linux"
registry = "https://packages.example.com"
workspace = false

[dev_dependencies]
bench = "0.1"

[registry]
url = "https://packages.example.com"
`;
    expect(readVaisManifest(text)).toMatchObject({
      homepage: 'https://example.com',
      repository: 'https://example.com/git',
      documentation: 'https://example.com/docs',
      keywords: ['json', 'fast'],
      categories: ['parsing'],
      registry: 'https://packages.example.com',
      dependencies: {
        http: {
          requirement: '1.*',
          features: ['tls'],
          optional: true,
          target: 'linux',
          registry: 'https://packages.example.com',
        },
      },
      devDependencies: { bench: { requirement: '0.1' } },
    });
  });

  test('may say of a dependency what nobody knows, beside a version or a path, and nothing at all', () => {
    const { dependencies } = readVaisManifest(`${HEAD}[dependencies]
a = { version = "^1", default-features = false, versoin = "2" }
b = { path = "../b", public = true, workspace = true }
c = { features = ["x"], workspace = false }
d = {}
`);
    expect(Object.entries(dependencies).map(([name, { requirement }]) => [name, requirement])).toEqual([
      ['a', '^1'],
      ['b', '*'],
      ['c', '*'],
      ['d', '*'],
    ]);
  });

  test('may name a package that is called as something that every object has', () => {
    const { dependencies } = readVaisManifest(`${HEAD}[dependencies]\nconstructor = "1.0.0"\n`);
    expect(dependencies['constructor']).toEqual({ requirement: '1.0.0' });
    expect(dependencies['valueof']).toBeUndefined();
  });

  test.each([
    ['', /no \[package\] section: add one/],
    ['package = 1', /\[package\] must be a table, not the number 1/],
    ['[package]\nversion = "1.0.0"', /no name: add name/],
    ['[package]\nname = "demo"', /no version: add version/],
    ['[package]\nname = "Demo"\nversion = "1.0.0"', /the name "Demo" is not valid: .*lower-case/],
    ['[package]\nname = "std"\nversion = "1.0.0"', /the name "std" .*reserved/],
    ['[package]\nname = "demo"\nversion = "1.0.0.5"', /"1\.0\.0\.5" is not valid semver/],
    ['[package]\nname = "demo"\nversion = 1', /"version" of \[package\] must be a text in quotes/],
    [`${HEAD}authors = "me"`, /"authors" of \[package\] must be a list of texts/],
    [`${HEAD}[dependencies]\nx = 1`, /"x" in \[dependencies\] must be a version/],
    [`${HEAD}[dependencies]\nx = "1 || 2"`, /"x" in \[dependencies\] cannot be read\. .*1 \|\| 2/],
    [`${HEAD}[dependencies]\n"a/b" = "1"`, /the name "a\/b" in \[dependencies\] is not valid/],
    [`${HEAD}[dependencies]\n__proto__ = "1"`, /the name "__proto__" in/],
    [`${HEAD}[dependencies]\nx = { path = "" }`, /"path" of "x" in \[dependencies\] must be a folder/],
    [`${HEAD}[dependencies]\nx = { optional = "yes" }`, /"optional" of "x".* true or false/],
    [`${HEAD}[dependencies]\nx = { workspace = true }`, /"x" in \[dependencies\].* workspace.*path = /],
    [`${HEAD}[dependencies]\nx = { version = "1", workspace = true }`, /"x" in \[dependencies\].* workspace/],
    [`${HEAD}[dev-dependencies]\nx.workspace = true`, /"x" in \[dev-dependencies\].* workspace/],
    [
      `${HEAD}[dependencies]\nlog = { git = "https://example.com/log", tag = "v9" }`,
      /"log" in \[dependencies\] is to come from elsewhere \("git"\).* write \{ path = /,
    ],
    [
      `${HEAD}[dependencies]\nx = { version = "1", Registry_Index = "y" }`,
      /from elsewhere \("Registry_Index"\)/,
    ],
    [`${HEAD}[dependencies]\nx = { path = "../x", rev = "1" }`, /from elsewhere \("rev"\)/],
    [`${HEAD}[dev-dependencies.x]\nversion = "1"\nurl = "y"`, /"x" in \[dev-dependencies\] .*\("url"\)/],
    [
      `${HEAD}[dependencies]\nlog = { package = "chars", version = "1" }`,
      /"log" in \[dependencies\] is to be a package of another name \("package"\).*in front of the "="/,
    ],
    [
      `${HEAD}[dependencies]\nx = { versoin = "=1.0.0" }`,
      /"x" in .* neither version nor path, .*"versoin", which is not known: write version = /,
    ],
    [
      `${HEAD}[dependencies]\nx = { versions = "1" }`,
      /"versions", which is not known: did you mean "version"\?/,
    ],
    [`${HEAD}[dependencies]\nx.Version = "1"`, /"Version", which is not known: did you mean "version"\?/],
    [`${HEAD}[dependencies]\nx = { pth = "../x" }`, /did you mean "path"\?/],
    [`${HEAD}[[dependencies]]\nx = "1"`, /\[dependencies\] must be a table, not a list/],
    [`${HEAD}x = 1979-05-27\ndescription = 1979-05-27`, /not a date/],
  ])('is refused as %j, with what is wrong', (text, sentence) => {
    expect(refusal(text)).toMatch(sentence);
  });

  test('may need for development what no registry has', () => {
    const text = `${HEAD}[dev-dependencies]\ntest = { path = "../test" }\n`;
    expect(readVaisManifest(text).devDependencies).toEqual({ test: { requirement: '*', path: '../test' } });
    expect(refusal(text.replace('dev-', ''))).toBe(
      'vais.toml: the name "test" in [dependencies] is reserved; choose another one.',
    );
    expect(refusal(text.replace('test =', '"../x" ='))).toMatch(/the name "\.\.\/x" in \[dev-dependencies\]/);
  });

  test('of a package that needs itself is refused where it is published', () => {
    const text = `${HEAD}[dependencies]\nother = "1"\ndemo = "^0.9"\n`;
    expect(refusal(text)).toBe(
      'vais.toml: "demo" in [dependencies] is this very package, and one that needs itself cannot be installed: take the line out.',
    );
    expect(refusal(text.replace('"^0.9"', '{ path = "." }'))).toMatch(/this very package/);
    expect(readVaisManifest(text, { unpublished: true }).dependencies).toHaveProperty('demo');
    expect(readVaisManifest(text.replace('[dep', '[dev-dep')).devDependencies).toHaveProperty('demo');
  });

  test('that needs a package of another registry is refused where it is published', () => {
    const text = `${HEAD}[dependencies]\nother = { version = "1", registry = "https://b.example/vais" }\n`;
    expect(refusal(text)).toBe(
      'vais.toml: "other" in [dependencies] is to come from the registry "https://b.example/vais", and who installs a package takes all that it needs from one: publish "other" where this package goes, and take "registry" out.',
    );
    expect(refusal(text.replace('{ ', '{ path = "../other", '))).toMatch(/"https:\/\/b\.example\/vais"/);
    expect(refusal(`${text}[registry]\nurl = "https://a.example"\n`)).toMatch(/takes all that it needs/);
    expect(readVaisManifest(text, { unpublished: true }).dependencies).toHaveProperty('other');
    expect(readVaisManifest(text.replace('[dep', '[dev-dep')).devDependencies).toHaveProperty('other');
    const own = readVaisManifest(`${text}[registry]\nurl = "https://b.example/vais/"\n`);
    expect(own.dependencies).toEqual({ other: { requirement: '1', registry: 'https://b.example/vais' } });
  });

  test('that is no TOML is refused with line and column', () => {
    expect(refusal(`${HEAD}license MIT\n`)).toBe(
      'vais.toml is not valid TOML, at line 4, column 9: illegal character in key. Mend that place and try again.',
    );
  });

  test('without end is refused, and so is one that is nested without end', () => {
    expect(() => readVaisManifest(`${HEAD}# ${'x'.repeat(300_000)}`)).toThrow(
      expect.objectContaining({ code: 'too_large' }),
    );
    expect(refusal(`${HEAD}x = ${'['.repeat(100_000)}`)).toMatch(/nested/);
  });

  test('of a project that nobody publishes may have a name that no registry takes', () => {
    const text = '[package]\nname = "Main"\nversion = "1.0.0"\n[dependencies]\nOther = { path = "other" }\n';
    expect(refusal(text)).toMatch(/"Main"/);
    expect(readVaisManifest(text, { unpublished: true })).toMatchObject({
      name: 'Main',
      dependencies: { Other: { path: 'other' } },
    });
    expect(() => readVaisManifest(text.replace('Main', '../up'), { unpublished: true })).toThrow(
      /"\.\.\/up"/,
    );
  });
});

test('whatever the text is, it is a manifest or a fault', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      '[package]\n',
      'name = "demo"\n',
      'version = "1.0.0"\n',
      '[dependencies]\n',
      '[dev-dependencies]\n',
      '[[dependencies]]\n',
      '[dependencies.a]\n',
      'a = "^1"\n',
      'a.version = "1"\n',
      'b = { version = "1", path = "../b" }\n',
      'c = [1, "2", 3.0, {}]\n',
      '"__proto__" = { path = 1 }\n',
      'd = 1979-05-27T07:32:00Z\n',
      'features = ["x"]\n',
      'e = """\n',
      "f = '''\n",
      '\r\n',
      '\uFEFF',
      '\0',
      '#',
      '=',
      '9223372036854775807\n',
      'inf\n',
    ),
    fc.string(),
  );
  const text = fc.oneof(
    fc.array(piece, { maxLength: 12 }).map((parts) => parts.join('')),
    fc.array(piece, { maxLength: 12 }).map((parts) => `${HEAD}${parts.join('')}`),
    fc.string({ unit: 'binary' }),
  );
  let taken = 0;
  fc.assert(
    fc.property(text, fc.boolean(), (manifest, unpublished) => {
      try {
        readVaisManifest(manifest, { unpublished });
        taken++;
      } catch (error) {
        if (!isFault(error) || error.message.length > 600) throw error;
      }
    }),
    { numRuns: 2000 },
  );
  expect(taken).toBeGreaterThan(10);
});
