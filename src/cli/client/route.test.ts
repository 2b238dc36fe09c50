import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../../test/setup/resources.ts';
import { Fault } from '../../kernel/light/index.ts';
import { clientsPart } from './route.ts';

const outside = temporaryFolder('outside');
const project = temporaryFolder('project');
writeFileSync(join(project, 'vais.toml'), '');
const inside = join(project, 'src/deep');
mkdirSync(inside, { recursive: true });

test.each([
  ['completion bash', 'kontor', 'completion bash'],
  ['pkg completion bash', 'kontor pkg', 'completion bash'],
  ['vendor', 'kontor', 'vendor'],
  ['pkg nonsense', 'kontor pkg', 'nonsense'],
  ['pkg', 'kontor pkg', ''],
])('%s is the client’s everywhere', (line, program, args) => {
  const part = { args: args === '' ? [] : args.split(' '), program };
  expect(clientsPart(line.split(' '), () => outside)).toEqual(part);
  expect(clientsPart(line.split(' '), () => inside)).toEqual(part);
});

test.each(['why demo', 'why demo --json'])('%s is the client’s in a project, and below one', (line) => {
  const args = line.split(' ');
  for (const cwd of [project, inside])
    expect(clientsPart(args, () => cwd)).toEqual({ args, program: 'kontor' });
  expect(clientsPart(args, () => outside)).toBeUndefined();
  expect(clientsPart(['pkg', ...args], () => outside)).toEqual({ args, program: 'kontor pkg' });
});

test('a folder that is called like a manifest makes no project', () => {
  const odd = temporaryFolder('odd');
  mkdirSync(join(odd, 'vais.toml'));
  expect(clientsPart(['why', 'demo'], () => odd)).toBeUndefined();
});

test.each(['why demo --registry npm', 'why demo --registry=npm', 'why demo -c x', 'why demo --config x'])(
  '%s is the operator’s, wherever it is',
  (line) => {
    expect(clientsPart(line.split(' '), () => inside)).toBeUndefined();
  },
);

test.each(['serve', 'audit list', 'token list', '--help', 'toString', '--config x completion'])(
  '%s is not',
  (line) => {
    expect(clientsPart(line.split(' '), () => inside)).toBeUndefined();
  },
);

const gone = () => {
  throw new Fault('not_found', 'gone');
};

test('in a folder that is gone there is no project', () => {
  expect(clientsPart(['verify'], gone)).toBeUndefined();
  expect(clientsPart(['list'], gone)).toEqual({ args: ['list'], program: 'kontor' });
});
