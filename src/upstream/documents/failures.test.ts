import { expect, test } from 'vitest';
import { Fault } from '../../kernel/index.ts';
import { Failures } from './failures.ts';

const upstream = 'https://registry.example/';

test('what an upstream answers badly to is left alone for a while; our own database says nothing of it', () => {
  const failures = new Failures(() => 1_800_000_000_000);
  failures.note('demo', upstream, new Fault('unavailable', 'The database cannot be reached.'));
  expect(failures.of('demo', [upstream])).toBeUndefined();
  const fault = new Fault('upstream_failed', 'It answered with nonsense.');
  failures.note('demo', upstream, fault);
  expect(failures.of('demo', [upstream])?.fault).toBe(fault);
});
