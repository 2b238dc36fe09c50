import { expect, test } from 'vitest';
import { windowsProblem } from './windows-names.ts';

test('Windows can have no file that is called as a device, whatever its extension', () => {
  const names = 'con CON Aux nul prn com1 COM0 lpt9 com\u00b2 CONOUT$ conin$ con.vais aux.tar.gz'.split(' ');
  for (const name of [...names, 'nul .txt']) {
    expect([name, windowsProblem(name)]).toEqual([name, expect.stringMatching(/^is that of a device, /)]);
  }
});

test.each([
  ['C:', 'holds :'],
  ['say "x"', 'holds "'],
  ['a<b>', 'holds <'],
  ['b>', 'holds >'],
  ['a|b', 'holds |'],
  ['why?', 'holds ?'],
  ['*.vais', 'holds *'],
  ['con.', 'ends in a point'],
  ['...', 'ends in a point'],
  ['x ', 'ends in a blank'],
])('Windows can have no file %j', (name, problem) => {
  expect(windowsProblem(name)).toBe(problem);
});

test('Windows can have other files', () => {
  const names = 'lib.vais console.vais con-1 com com10 lptx x.con null .aux con_ a..b größe 漢字 🦊'.split(
    ' ',
  );
  for (const name of [...names, ' x', 'a b', "it's", '{x}[y]~!#$%&()+,;=@^`']) {
    expect([name, windowsProblem(name)]).toEqual([name, undefined]);
  }
});
