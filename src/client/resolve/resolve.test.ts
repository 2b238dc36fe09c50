import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { resolve } from './index.ts';
import type { Candidate, PackageSource, ResolveOptions, Wanted } from './index.ts';

/** `{ 'a 1.0.0': 'b ^1.0.0; c *' }`; a `!` after the version marks a yanked one. */
function world(packages: Record<string, string>): PackageSource {
  const all = new Map<string, Candidate[]>();
  for (const [key, wants] of Object.entries(packages)) {
    const [name = '', version = ''] = key.split(' ');
    const candidate = {
      version: version.replace('!', ''),
      yanked: version.endsWith('!'),
      dependencies: wanted(wants),
    };
    all.set(name, [...(all.get(name) ?? []), candidate]);
  }
  return { candidates: (name) => all.get(name), names: () => all.keys() };
}

function wanted(text: string): Wanted[] {
  return text
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const [name = '', ...requirement] = part.split(' ');
      return { name, requirement: requirement.join(' ') };
    });
}

function chosen(wants: string, source: PackageSource, options: ResolveOptions = {}) {
  const { packages } = resolve({ name: 'demo', wanted: wanted(wants) }, source, options);
  return Object.fromEntries([...packages].map(([name, { version }]) => [name, version]));
}

function refusal(wants: string, source: PackageSource, options: ResolveOptions = {}): string {
  try {
    chosen(wants, source, options);
  } catch (error) {
    return String(error);
  }
  return 'resolved';
}

describe('What is chosen', () => {
  const json = world({
    'json-parser 1.0.0': '',
    'json-parser 1.2.0': '',
    'json-parser 1.10.0': '',
    'json-parser 2.0.0': '',
    'json-parser 3.0.0-rc.1': '',
  });

  test.each([
    ['json-parser ^1.0.0', '1.10.0'],
    ['json-parser 1.2.0', '1.2.0'],
    ['json-parser <=1.2.0', '1.2.0'],
    ['json-parser', '2.0.0'],
    ['json-parser >=3.0.0-rc.1', '3.0.0-rc.1'],
    ['json-parser >=2.0.0, <4.0.0-rc.1', '2.0.0'],
    ['json-parser ^1; json-parser <1.10.0', '1.2.0'],
  ])('[V-23] of %s is the highest release that matches: %s', (wants, version) => {
    expect(chosen(wants, json)).toEqual({ 'json-parser': version });
  });

  test('a pre-release that is named only comes where there is no release', () => {
    const source = world({ 'a 2.0.0-rc.1': '', 'a 2.0.0-rc.2': '', 'a 1.9.0': '' });
    expect(chosen('a >=1.0.0', source)).toEqual({ a: '1.9.0' });
    expect(chosen('a >=1.0.0, <3, >=1.0.0-0', source)).toEqual({ a: '1.9.0' });
    expect(chosen('a ^2.0.0-rc.1', source)).toEqual({ a: '2.0.0-rc.2' });
  });

  test('[V-27] goes for packages that are needed by packages', () => {
    const source = world({ 'a 1.0.0': 'b ^1', 'b 1.0.0': 'c ~2.1', 'c 2.1.5': '', 'c 2.2.0': '' });
    const { packages } = resolve({ name: 'demo', wanted: wanted('a') }, source);
    expect([...packages]).toEqual([
      ['a', { version: '1.0.0', dependencies: ['b'] }],
      ['b', { version: '1.0.0', dependencies: ['c'] }],
      ['c', { version: '2.1.5', dependencies: [] }],
    ]);
  });

  test('goes back where the highest version leads nowhere', () => {
    const source = world({
      'a 1.0.0': 'shared ^1',
      'a 2.0.0': 'shared ^2',
      'b 1.0.0': 'shared ^1',
      'shared 1.0.0': '',
      'shared 2.0.0': '',
    });
    expect(chosen('a; b', source)).toEqual({ a: '1.0.0', b: '1.0.0', shared: '1.0.0' });
  });

  test('leaves nothing behind that was only needed by what was given up', () => {
    const source = world({
      'a 2.0.0': 'extra *; shared ^2',
      'a 1.0.0': '',
      'b 1.0.0': 'shared ^1',
      'extra 1.0.0': 'more *',
      'more 1.0.0': '',
      'shared 1.0.0': '',
      'shared 2.0.0': '',
    });
    expect(chosen('a; b', source)).toEqual({ a: '1.0.0', b: '1.0.0', shared: '1.0.0' });
  });

  test('passes over a version that wants what there is not', () => {
    const source = world({ 'a 3.0.0': 'gone *', 'a 2.0.0': 'b ^9', 'a 1.0.0': 'b ^1', 'b 1.0.0': '' });
    expect(chosen('a', source)).toEqual({ a: '1.0.0', b: '1.0.0' });
  });

  test('passes over a version whose requirement nobody can read', () => {
    const source = world({ 'a 2.0.0': 'b latest', 'a 1.0.0': 'b *', 'b 1.0.0': '' });
    expect(chosen('a', source)).toEqual({ a: '1.0.0', b: '1.0.0' });
  });

  test('does not depend on the order in which anything is written', () => {
    const one = { 'a 1.0.0': 'c ^1; d *', 'a 2.0.0': 'd *; c ^2', 'b 1.0.0': 'd <2; c *', 'c 1.0.0': '' };
    const two = { 'c 2.0.0': 'd ^1', 'd 1.0.0': '', 'd 2.0.0': '', 'e 1.0.0': 'a *; b *' };
    const forwards = resolve({ name: 'demo', wanted: wanted('a; b; e') }, world({ ...one, ...two }));
    const backwards = resolve(
      { name: 'demo', wanted: wanted('e; b; a') },
      world(Object.fromEntries(Object.entries({ ...one, ...two }).toReversed())),
    );
    expect([...backwards.packages]).toEqual([...forwards.packages]);
    expect(backwards.steps).toBe(forwards.steps);
  });
});

describe('A lock', () => {
  const source = world({
    'a 1.0.0': 'b ^1',
    'a 1.1.0': 'b ^1',
    'b 1.0.0': '',
    'b 1.1.0': '',
    'c 1.0.0!': '',
    'c 1.1.0': '',
    'd 1.0.0!': '',
  });

  test('keeps versions that still match', () => {
    const locked = new Map([
      ['a', '1.0.0'],
      ['b', '1.0.0'],
    ]);
    expect(chosen('a', source, { locked })).toEqual({ a: '1.0.0', b: '1.0.0' });
    expect(chosen('a ^1.1', source, { locked })).toEqual({ a: '1.1.0', b: '1.0.0' });
  });

  test('[V-32] does not count for packages that shall move', () => {
    const locked = new Map([
      ['a', '1.0.0'],
      ['b', '1.0.0'],
    ]);
    expect(chosen('a', source, { locked, keep: (name) => name !== 'b' })).toEqual({ a: '1.0.0', b: '1.1.0' });
  });

  test('of versions that are gone is as none', () => {
    expect(chosen('a', source, { locked: new Map([['a', '9.9.9']]) })).toEqual({ a: '1.1.0', b: '1.1.0' });
  });

  test('[V-63] is the only reason to take a yanked version', () => {
    expect(chosen('c', source)).toEqual({ c: '1.1.0' });
    expect(chosen('c', source, { locked: new Map([['c', '1.0.0']]) })).toEqual({ c: '1.0.0' });
    expect(chosen('d', source, { locked: new Map([['d', '1.0.0']]) })).toEqual({ d: '1.0.0' });
    expect(refusal('d', source)).toMatch(/All versions of d are yanked/);
  });

  test('[V-63] that is to be renewed leaves a yanked version only where nothing else will do', () => {
    const renewed = (wants: string, locked: Record<string, string>) =>
      chosen(wants, source, { locked: new Map(Object.entries(locked)), keep: () => false });
    expect(renewed('c', { c: '1.0.0' })).toEqual({ c: '1.1.0' });
    expect(renewed('c =1.0.0', { c: '1.0.0' })).toEqual({ c: '1.0.0' });
    expect(renewed('d; c', { d: '1.0.0', c: '1.0.0' })).toEqual({ c: '1.1.0', d: '1.0.0' });
    // Going back further is better, even where the highest of another package wants what was taken back.
    const deep = world({ 'a 1.0.0': 'l ^2', 'a 1.1.0': 'l ^1', 'l 1.0.0!': '', 'l 2.0.0': '' });
    const before = new Map([
      ['a', '1.1.0'],
      ['l', '1.0.0'],
    ]);
    expect(chosen('a', deep, { locked: before, keep: () => false })).toEqual({ a: '1.0.0', l: '2.0.0' });
    expect(chosen('a ^1.1', deep, { locked: before, keep: () => false })).toEqual({ a: '1.1.0', l: '1.0.0' });
    expect(refusal('a ^2', deep, { locked: before, keep: () => false })).toContain('a has 1.0.0 and 1.1.0.');
    // A pre-release is better than what was taken back.
    const wide = world({ 'p 1.0.0!': '', 'p 1.0.0-rc.1': '' });
    expect(chosen('p >=1.0.0-rc.1', wide, { locked: new Map([['p', '1.0.0']]), keep: () => false })).toEqual({
      p: '1.0.0-rc.1',
    });
  });

  test('gives way where something new needs it to', () => {
    const wide = world({ 'a 1.0.0': '', 'a 2.0.0': '', 'b 1.0.0': 'a ^2' });
    expect(chosen('a; b', wide, { locked: new Map([['a', '1.0.0']]) })).toEqual({ a: '2.0.0', b: '1.0.0' });
  });

  test('of others is kept before something new gets its highest version', () => {
    const wide = world({ 'a 1.0.0': '', 'a 2.0.0': '', 'b 1.0.0': 'a *', 'b 2.0.0': 'a ^2' });
    expect(chosen('b; a', wide, { locked: new Map([['a', '1.0.0']]) })).toEqual({ a: '1.0.0', b: '1.0.0' });
  });
});

const page = readFileSync(new URL('../../../docs/vais-constraints.md', import.meta.url), 'utf8');

describe('A refusal', () => {
  test('names every package that does not exist, and what was meant', () => {
    const message = refusal('jsn-parser ^1; htp *', world({ 'json-parser 1.0.0': '', 'http 1.0.0': '' }));
    expect(message).toContain('There is no package jsn-parser, which demo wants.');
    expect(message).toContain('There is no package htp, which demo wants.');
    expect(message).toContain('did you mean json-parser?');
    expect(message).toContain('did you mean http?');
  });

  test('says which versions there are', () => {
    const source = world({ 'a 1.0.0': '', 'a 1.1.0': '' });
    expect(refusal('a ^2', source)).toContain('a has 1.0.0 and 1.1.0.');
  });

  test('tells of yanked versions and pre-releases that were passed over', () => {
    const source = world({ 'a 1.0.0': '', 'a 2.0.0!': '', 'a 2.1.0-rc.1': '' });
    const message = refusal('a ^2', source);
    expect(message).toContain('a 2.0.0 would match ^2, but is yanked');
    expect(message).toContain('a 2.1.0-rc.1 is a pre-release');
    expect(message).toContain('a ^2.1.0-rc.1');
  });

  test('tells of versions that cannot be read', () => {
    const source = { ...world({ 'a 1.0.0': '' }), unreadable: (name: string) => (name === 'a' ? 2 : 0) };
    expect(refusal('a ^2', source)).toContain('2 versions of a were passed over');
    const nothing = { candidates: () => [], unreadable: () => 1 };
    expect(refusal('b', nothing)).toContain('1 version of b was passed over');
  });

  test('has codes', () => {
    const source = world({ 'a 1.0.0': 'c ^1', 'b 1.0.0': 'c ^2', 'c 1.0.0': '', 'c 2.0.0': '' });
    const code = (wants: string) => () => chosen(wants, source);
    expect(code('x')).toThrow(expect.objectContaining({ code: 'package_not_found' }));
    expect(code('a ^2')).toThrow(expect.objectContaining({ code: 'version_not_found' }));
    expect(code('a; b')).toThrow(expect.objectContaining({ code: 'conflict' }));
    expect(code('a nonsense')).toThrow(expect.objectContaining({ code: 'bad_request' }));
  });

  test('explains a conflict line by line, as the page shows it', () => {
    const source = world({
      'http-client 2.0.0': 'json-parser ^2.0.0',
      'http-client 2.1.0': 'json-parser ^2.0.0',
      'json-parser 1.4.0': '',
      'json-parser 2.0.0': '',
      'logger 1.0.0': 'json-parser ~1.4.0',
    });
    const message = refusal('http-client ^2.0.0; logger *', source);
    expect(message).toContain('1. Because every version of http-client wants json-parser ^2.0.0');
    expect(page).toContain(`\n${message.replace('Fault: ', '')}\n`);
  });

  test('explains a conflict that lies deeper', () => {
    const source = world({
      'a 1.0.0': 'b ^1; c ^1',
      'b 1.0.0': 'x ^1',
      'b 1.1.0': 'x ^1',
      'c 1.0.0': 'd ^1',
      'd 1.0.0': 'x ^2',
      'd 1.1.0': 'gone *',
      'x 1.0.0': '',
      'x 2.0.0': '',
    });
    expect(refusal('a', source)).toMatchInlineSnapshot(`
      "Fault: No versions can be found that meet everything that demo and its packages want:
        1. Because d 1.0.0 wants x ^2 and d 1.1.0 wants gone (there is no such package), any version of d needs x 2.0.0.
        2. And because every version of b wants x ^1, any version of b and any version of d cannot be used together.
        3. And because c 1.0.0 wants d ^1 and a 1.0.0 wants b ^1, c 1.0.0 and a 1.0.0 cannot be used together.
        4. And because a 1.0.0 wants c ^1 and demo wants a, what demo wants cannot be had together."
    `);
  });

  test('shows the ring when packages need each other', () => {
    const source = world({ 'a 1.0.0': 'b *', 'b 1.0.0': 'c *', 'c 1.0.0': 'b *', 'd 1.0.0': 'd *' });
    expect(refusal('a', source)).toContain('b 1.0.0 → c 1.0.0 → b 1.0.0');
    expect(refusal('d', source)).toContain('d 1.0.0 → d 1.0.0');
    expect(refusal('d', world({ 'd 1.0.0': 'd ^2' }))).toContain('d 1.0.0 wants d ^2');
  });

  test('shows the ring that goes through the root, unless only its development needs it', () => {
    const source = world({ 'demo 1.0.0': '', 'a 1.0.0': 'demo *' });
    expect(refusal('a', source)).toContain('demo 1.0.0 → a 1.0.0 → demo 1.0.0');
    const root = { name: 'demo', wanted: [{ name: 'a', requirement: '', dev: true }] };
    expect([...resolve(root, source).packages.keys()]).toEqual(['a', 'demo']);
  });
});
