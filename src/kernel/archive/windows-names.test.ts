import { expect, test } from 'vitest';
import { windowsProblem } from './windows-names.ts';

test.each([
  ...['con', 'CON', 'Aux', 'nul', 'prn', 'com1', 'COM0', 'lpt9', 'com\u00b2', 'CONOUT$', 'conin$'],
  ...['con.vais', 'aux.tar.gz', 'nul .txt', 'COM1.', 'lpt3 '],
  ...['a<b', 'a>b', 'a:b', 'C:', 'say "x"', 'a|b', 'why?', '*.vais', 'x.', 'x ', '...'],
])('Windows can have no file %j', (name) => {
  expect(windowsProblem(name)).toMatch(/^(holds|ends in|is that of a device,) /);
});

test.each([
  ...[
    'lib.vais',
    'console.vais',
    'con-1',
    'com',
    'com10',
    'lptx',
    'auxiliary',
    'x.con',
    'null',
    '.aux',
    'con_',
  ],
  ...[' x', 'a b', "it's", 'a..b', '{x}[y]~!#$%&()+,;=@^`', 'größe 漢字', '🦊'],
])('Windows can have a file %j', (name) => {
  expect(windowsProblem(name)).toBeUndefined();
});
