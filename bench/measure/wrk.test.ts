import { expect, test } from 'vitest';
import { parseResult } from './wrk.ts';

test('the result is read from the line of the script, whatever wrk says around it', () => {
  const stdout = `Running 1s test\n  1 threads\nRESULT {"requests":500,"microseconds":2000000,"errors":3,"p50":1500,"p99":40000}\n`;
  expect(parseResult(stdout)).toEqual({ requests: 500, rate: 250, errors: 3, p50: 1.5, p99: 40 });
});

test('no result is an error that shows what was printed', () => {
  expect(() => parseResult('unable to connect')).toThrow('unable to connect');
});
